// Rules of distributed tables stand on the coordinator's shell, where PostgreSQL rewrites queries
// before they are planned: what they make of a statement is distributed like any other. Other
// nodes' sessions, which do not know them, cannot use the table.
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"

namespace pgspan::ddl {

void HandleCreateRule(const Statement& statement) {
    const auto* stmt = statement.Tree<RuleStmt>();
    const metadata::Table* table = FindForDdl(stmt->relation, "CREATE RULE");
    if (!table) {
        RunStandard(statement);
        return;
    }
    // Nodes write a reference table by statements that name the table itself.
    if (table->IsReference()) RefuseOn(*table, "CREATE RULE", nullptr);
    // It would make a view of the table.
    if (stmt->event == CMD_SELECT) RefuseOn(*table, "CREATE RULE ... ON SELECT", nullptr);
    RunStandard(statement);
    NoteLocalParts(table->relation);
}

}  // namespace pgspan::ddl
