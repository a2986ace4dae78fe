// Rules of distributed tables stand on the coordinator's shell, where PostgreSQL rewrites queries
// before they are planned: what they make of a statement is distributed like any other. Other
// nodes' sessions, which do not know them, cannot use the table.
#include "engine/ddl/change_while_local.h"
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
    const Oid relation = table->relation;
    // It makes a view of the table, which is empty.
    if (stmt->event == CMD_SELECT) (void)BringHome(list_make1_oid(relation));
    RunStandard(statement);
    NoteLocalParts(relation);
}

}  // namespace pgspan::ddl
