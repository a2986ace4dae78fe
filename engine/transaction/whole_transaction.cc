#include "engine/transaction/whole_transaction.h"
#include "engine/metadata/node_session.h"

#include "engine/pg/client_protocol.h"
#include "engine/transaction/fault_point.h"
#include "engine/transaction/remote_transaction.h"
#include "engine/transaction/transaction_end.h"

extern "C" {
#include "access/xact.h"
#include "miscadmin.h"
}

namespace pgspan::transaction {

namespace {

bool committed_at_once = false;

}  // namespace

bool IsWholeTransaction(const PlannedStmt* statement) {
    // A parallel plan that computes the rows keeps the transaction from getting an xid to be named
    // by.
    return !InTransactionBlock() && !HasJoined() && !metadata::IsInternalSession() &&
           !TransactionIdIsValid(GetTopTransactionIdIfAny()) && !IsInParallelMode() &&
           pg::IsAloneUntilCommit(statement);
}

const char* CommandAtItsEnd(connection::Connection* writer, int32 deciding_group) {
    FaultPoint("before_prepare");
    return PrepareCommand(writer, deciding_group);
}

uint64 RunAndCommit(connection::Connection* connection, const connection::Statement& statement) {
    const uint64 affected =
        connection::ExecuteDecision(connection, statement, -1, transaction_end_timeout_ms);
    committed_at_once = true;
    HOLD_INTERRUPTS();
    return affected;
}

void EndWholeTransaction(bool committed) {
    if (!committed_at_once) return;
    committed_at_once = false;
    // After an error PostgreSQL itself has ended all holds.
    if (committed)
        RESUME_INTERRUPTS();
    else
        ereport(WARNING, errcode(ERRCODE_WARNING),
                errmsg("the statement has been committed, although it failed afterwards"));
}

}  // namespace pgspan::transaction
