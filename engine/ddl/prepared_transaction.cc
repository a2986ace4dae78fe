// PREPARE TRANSACTION, COMMIT PREPARED and ROLLBACK PREPARED: names that are those of parts are the
// nodes' own, and what the transaction has prepared on other nodes follows it.
#include "engine/ddl/handlers.h"
#include "engine/metadata/node_session.h"
#include "engine/transaction/gid.h"
#include "engine/transaction/prepared_parts.h"

namespace pgspan::ddl {

namespace {

// Recovery would take such a transaction for a part that nobody has decided to commit.
void CheckName(const char* users_gid) {
    transaction::Gid gid = {};
    if (metadata::IsInternalSession() || !transaction::ParseGid(users_gid, &gid)) return;
    ereport(ERROR, errcode(ERRCODE_RESERVED_NAME),
            errmsg("transaction identifier \"%s\" is reserved", users_gid),
            errdetail("pgspan names so the parts of transactions that nodes prepare for others."),
            errhint("Choose another name."));
}

void Finish(const Statement& statement, const TransactionStmt& stmt) {
    const std::span<const transaction::Part> parts = transaction::FindPreparedParts(stmt.gid);
    RunStandard(statement);
    transaction::FinishParts(parts, stmt.kind == TRANS_STMT_COMMIT_PREPARED);
}

}  // namespace

void HandleTwoPhase(const Statement& statement) {
    const auto* stmt = statement.Tree<TransactionStmt>();
    if (stmt->kind != TRANS_STMT_PREPARE) {
        Finish(statement, *stmt);
        return;
    }
    CheckName(stmt->gid);
    RunStandard(statement);
}

}  // namespace pgspan::ddl
