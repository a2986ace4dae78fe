#include "engine/ddl/handlers.h"
#include "engine/ddl/index.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/options.h"
#include "engine/ddl/outside.h"
#include "engine/ddl/tables_in.h"
#include "engine/pg/list.h"

extern "C" {
#include "utils/snapmgr.h"
}

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

// PostgreSQL sees to this node's own tables of the schema, shells and copies of reference tables
// among them.
void ReindexSchema(const Statement& statement, const ReindexStmt& stmt) {
    const Oid schema = get_namespace_oid(stmt.name, true);
    List* tables = OidIsValid(schema) ? TablesInSchema(schema) : NIL;
    if (tables != NIL) RequireOrigin("REINDEX");
    const MemoryContext context = CurrentMemoryContext;
    RunStandard(statement);
    for (const Oid relation : pg::EachOid(tables)) {
        // PostgreSQL has begun another transaction, and expects a snapshot for the next statement.
        MemoryContextSwitchTo(context);
        if (!ActiveSnapshotSet()) PushActiveSnapshot(GetTransactionSnapshot());
        if (!metadata::FindTable(relation)) continue;
        auto* one = makeNode(ReindexStmt);
        one->kind = REINDEX_OBJECT_TABLE;
        one->relation = RangeVarFor(relation);
        one->params = stmt.params;
        ReindexRelation(statement, *one);
    }
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
        ReindexSchema(statement, *stmt);
        return;
    default:  // SYSTEM and DATABASE: this node's indexes, shards among them
        break;
    }
    RunStandard(statement);
}

}  // namespace pgspan::ddl
