#include "engine/ddl/handlers.h"
#include "engine/ddl/index.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/options.h"
#include "engine/ddl/outside.h"
#include "engine/ddl/tables_in.h"
#include "engine/pg/list.h"

namespace pgspan::ddl {

namespace {

const metadata::Table* TableOf(const ReindexStmt& stmt, Oid relation) {
    const metadata::Table* table = stmt.kind == REINDEX_OBJECT_INDEX
                                       ? FindForIndex(relation, "REINDEX")
                                       : metadata::FindTable(relation);
    if (table) RequireOrigin("REINDEX");
    return table;
}

// REINDEX of a partitioned table commits after each partition, so it cannot run in a transaction
// block; of a reference table it can.
void ReindexRelation(const Statement& statement, const ReindexStmt& stmt) {
    const Oid relation = RangeVarGetRelid(stmt.relation, NoLock, true);
    const metadata::Table* table = TableOf(stmt, relation);
    if (!table) {
        RunStandard(statement);
        return;
    }
    const bool is_index = stmt.kind == REINDEX_OBJECT_INDEX;
    char* elsewhere = psprintf("REINDEX%s %s %s", OptionList(stmt.params),
                               is_index ? "INDEX" : "TABLE", QualifiedRelationName(relation));
    const bool in_block = IsInTransactionBlock(statement.IsTopLevel());
    auto* copy = CopyOf<ReindexStmt>(&stmt);
    if (table->IsHash())
        copy->relation = RangeVarFor(is_index ? ContainerIndex(*table, get_rel_name(relation))
                                              : table->container);
    RunStandardWith(statement, reinterpret_cast<Node*>(copy));
    if (in_block)
        Broadcast(elsewhere);
    else
        RunOutside(elsewhere);
}

void RefuseSchema(const char* name) {
    const Oid schema = get_namespace_oid(name, true);
    if (!OidIsValid(schema) || TablesInSchema(schema) == NIL) return;
    ereport(
        ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
        errmsg("REINDEX SCHEMA is not supported on schemas with distributed or reference tables"),
        errhint("Use REINDEX TABLE on each table."));
}

}  // namespace

void HandleReindex(const Statement& statement) {
    const auto* stmt = statement.Tree<ReindexStmt>();
    switch (stmt->kind) {
    case REINDEX_OBJECT_INDEX:
    case REINDEX_OBJECT_TABLE:
        ReindexRelation(statement, *stmt);
        return;
    case REINDEX_OBJECT_SCHEMA:
        RefuseSchema(stmt->name);
        break;
    default:  // SYSTEM and DATABASE: this node's indexes, shards among them
        break;
    }
    RunStandard(statement);
}

}  // namespace pgspan::ddl
