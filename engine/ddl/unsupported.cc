#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/pg/list.h"

namespace pgspan::ddl {

namespace {

void Refuse(const RangeVar* relation, const char* construct) {
    if (!relation) return;
    if (const metadata::Table* table = FindForDdl(relation, construct))
        RefuseOn(*table, construct, nullptr);
}

bool HasClusteredIndex(Oid relation) {
    const Relation opened = relation_open(relation, AccessShareLock);
    const List* indexes = RelationGetIndexList(opened);
    relation_close(opened, AccessShareLock);
    for (const Oid index : pg::EachOid(indexes))
        if (get_index_isclustered(index)) return true;
    return false;
}

// Without an index to go by, PostgreSQL's own error is the right one.
void RefuseCluster(const ClusterStmt& stmt) {
    if (!stmt.relation) return;
    const metadata::Table* table = FindForDdl(stmt.relation, "CLUSTER");
    if (table && (stmt.indexname || HasClusteredIndex(table->relation)))
        RefuseOn(*table, "CLUSTER", nullptr);
}

void RefuseLabelled(const SecLabelStmt& stmt) {
    if (stmt.objtype != OBJECT_TABLE && stmt.objtype != OBJECT_COLUMN) return;
    List* name = castNode(List, stmt.object);
    if (stmt.objtype == OBJECT_COLUMN) name = list_copy_head(name, list_length(name) - 1);
    if (name != NIL) Refuse(makeRangeVarFromNameList(name), "SECURITY LABEL");
}

}  // namespace

void HandleUnsupported(const Statement& statement) {
    switch (nodeTag(statement.planned->utilityStmt)) {
    case T_ClusterStmt:
        RefuseCluster(*statement.Tree<ClusterStmt>());
        break;
    case T_CreatePolicyStmt:
        Refuse(statement.Tree<CreatePolicyStmt>()->table, "CREATE POLICY");
        break;
    case T_AlterPolicyStmt:
        Refuse(statement.Tree<AlterPolicyStmt>()->table, "ALTER POLICY");
        break;
    case T_SecLabelStmt:
        RefuseLabelled(*statement.Tree<SecLabelStmt>());
        break;
    default:
        break;
    }
    RunStandard(statement);
}

}  // namespace pgspan::ddl
