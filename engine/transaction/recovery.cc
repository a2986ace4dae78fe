#include "engine/transaction/recovery.h"

#include "engine/connection/connection.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/pg/subtransaction.h"
#include "engine/transaction/commit_record.h"
#include "engine/transaction/transaction_end.h"

extern "C" {
#include "access/transam.h"
#include "storage/procarray.h"
}

namespace pgspan::transaction {

namespace {

using connection::Connection;

// "pgspan_<group>_<full xid>_<n>", and nothing after it.
bool ParseGid(const char* gid, int32* group_id, uint64* xid) {
    unsigned long long full_xid = 0;
    int number = 0;
    int length = 0;
    if (sscanf(gid, "pgspan_%d_%llu_%d%n", group_id, &full_xid, &number, &length) != 3)
        return false;
    *xid = full_xid;
    return gid[length] == '\0';
}

// An xid that this server has not reached belongs to a past that was lost with a failed server:
// over, too.
bool IsInProgress(uint64 full_xid) {
    const uint64 next = U64FromFullTransactionId(ReadNextFullTransactionId());
    if (full_xid >= next || next - full_xid > PG_INT32_MAX) return false;
    return TransactionIdIsInProgress(static_cast<TransactionId>(full_xid));
}

bool Contains(const List* gids, const char* gid) {
    for (char** row : pg::Each<char*>(gids))
        if (strcmp(row[0], gid) == 0) return true;
    return false;
}

bool FinishOne(Connection* c, int32 group_id, const char* gid) {
    int32 origin = 0;
    uint64 xid = 0;
    if (!ParseGid(gid, &origin, &xid) || origin != metadata::LocalGroup()) return false;
    // In this order: a transaction that has ended has left its record where it is seen.
    if (IsInProgress(xid)) return false;
    const bool commit = CommitRecordExists(group_id, gid);
    const char* command = commit ? "COMMIT PREPARED" : "ROLLBACK PREPARED";
    connection::Attempt attempt = {};
    attempt.connection = c;
    attempt.sql = psprintf("%s %s", command, quote_literal_cstr(gid));
    connection::TryExecuteAll({&attempt, 1}, transaction_end_timeout_ms);
    if (attempt.succeeded) {
        ereport(LOG,
                errmsg("%s prepared transaction \"%s\" on node %s",
                       commit ? "committed" : "rolled back", gid, connection::DescribeNode(c)));
        return true;
    }
    if (attempt.sqlstate != ERRCODE_UNDEFINED_OBJECT)  // its own session was faster
        ereport(WARNING, errcode(attempt.sqlstate ? attempt.sqlstate : ERRCODE_CONNECTION_FAILURE),
                errmsg("could not finish prepared transaction \"%s\" on node %s", gid,
                       connection::DescribeNode(c)),
                errdetail_internal("%s", attempt.error));
    return false;
}

int RecoverNode(const metadata::Node& node, const List* records) {
    Connection* c = connection::OpenOutside(node.host, node.port, nullptr);
    const List* gids = connection::Query(
        c, psprintf("SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = "
                    "pg_catalog.current_database() AND gid LIKE 'pgspan\\_%d\\_%%'",
                    metadata::LocalGroup()));
    int finished = 0;
    for (char** row : pg::Each<char*>(gids)) {
        if (connection::IsBroken(c)) connection::RaiseLost(c);
        if (FinishOne(c, node.group_id, row[0])) finished++;
    }
    for (const CommitRecord* record : pg::Each<CommitRecord>(records))
        if (!Contains(gids, record->gid)) DeleteCommitRecord(record);
    connection::Close(c);
    return finished;
}

}  // namespace

int RecoverPreparedTransactions(RecoveryMode mode) {
    const bool background = mode == RecoveryMode::kBackground;
    if (!LockCommitRecords(!background)) return 0;
    int finished = 0;
    for (const metadata::Node& node : metadata::AllNodes()) {
        if (node.is_local || !node.is_primary || node.group_id == metadata::LocalGroup()) continue;
        const List* records = ReadCommitRecords(node.group_id);
        int finished_there = 0;
        ErrorData* error = pg::Attempt([&] { finished_there = RecoverNode(node, records); });
        finished += finished_there;
        if (error == nullptr) continue;
        const int level = !background ? WARNING : records == NIL ? DEBUG1 : LOG;
        ereport(
            level, errcode(error->sqlerrcode),
            errmsg("could not look for prepared transactions on node %s:%d", node.host, node.port),
            errdetail_internal("%s%s%s", error->message, error->detail ? ": " : "",
                               error->detail ? error->detail : ""));
    }
    return finished;
}

}  // namespace pgspan::transaction

PGSPAN_FUNCTION(pgspan_recover_prepared_transactions) {
    if (!superuser())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("must be superuser to finish prepared transactions"));
    PG_RETURN_INT32(pgspan::transaction::RecoverPreparedTransactions());
}
