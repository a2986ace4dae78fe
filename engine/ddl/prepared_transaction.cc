// COMMIT PREPARED and ROLLBACK PREPARED: what the transaction has prepared on other nodes follows.
#include "engine/ddl/handlers.h"
#include "engine/transaction/prepared_parts.h"

namespace pgspan::ddl {

void HandleFinishPrepared(const Statement& statement) {
    const auto* stmt = statement.Tree<TransactionStmt>();
    const transaction::PreparedParts parts = transaction::FindPreparedParts(stmt->gid);
    RunStandard(statement);
    transaction::FinishPreparedParts(parts, stmt->kind == TRANS_STMT_COMMIT_PREPARED);
}

}  // namespace pgspan::ddl
