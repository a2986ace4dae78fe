#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"

namespace pgspan::ddl {

namespace {

void Refuse(const RangeVar* relation, const char* construct) {
    if (!relation) return;
    if (const metadata::Table* table = FindForDdl(relation, construct))
        RefuseOn(*table, construct, nullptr);
}

void RefuseLabelled(const SecLabelStmt& stmt) {
    if (stmt.objtype != OBJECT_TABLE && stmt.objtype != OBJECT_COLUMN) return;
    List* name = castNode(List, stmt.object);
    if (stmt.objtype == OBJECT_COLUMN) name = list_copy_head(name, list_length(name) - 1);
    if (name != NIL) Refuse(makeRangeVarFromNameList(name), "SECURITY LABEL");
}

}  // namespace

void HandleSecurityLabel(const Statement& statement) {
    // What PostgreSQL does not do either is for it to say.
    RunStandard(statement);
    RefuseLabelled(*statement.Tree<SecLabelStmt>());
}

}  // namespace pgspan::ddl
