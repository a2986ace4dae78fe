#include "engine/ddl/container_constraint.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/constraint_names.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/trigger/deferred.h"

extern "C" {
#include "catalog/pg_constraint.h"
}

namespace pgspan::ddl {

namespace {

// Whether a constraint named so in SET CONSTRAINTS may be one of the table's.
bool IsInScope(const RangeVar& name, Oid schema) {
    if (name.schemaname) return get_namespace_oid(name.schemaname, true) == schema;
    List* path = fetch_search_path(true);
    const bool found = list_member_oid(path, schema);
    list_free(path);
    return found;
}

// The constraints that enforce one of the table's on this node.
List* Enforcers(const metadata::Table& table, const char* name, char type) {
    List* names = NIL;
    if (!table.IsHash()) return names;
    char* schema = pstrdup(metadata::kDataSchema);
    if (type == CONSTRAINT_PRIMARY || type == CONSTRAINT_UNIQUE)
        return list_make1(
            makeRangeVar(schema, metadata::ContainerIndexName(name, table.table_id), -1));
    for (const LocalShard& shard : LocalShards(table))
        names = lappend(
            names, makeRangeVar(schema, metadata::ShardConstraintName(name, shard.shard_id), -1));
    return names;
}

// Adds to the statement what enforces the constraints that it names; returns the names of those
// that stand on distributed and reference tables, nullptr if none does.
char* AddEnforcers(ConstraintsSetStmt* stmt) {
    StringInfoData elsewhere;
    initStringInfo(&elsewhere);
    List* enforcers = NIL;
    for (const auto* name : pg::Each<RangeVar>(stmt->constraints)) {
        for (const Oid relation : pg::EachOid(metadata::AllTables())) {
            const Oid schema = get_rel_namespace(relation);
            if (!OidIsValid(schema) || !IsInScope(*name, schema)) continue;
            const char type = ConstraintType(relation, name->relname);
            const metadata::Table* table = type == '\0' ? nullptr : metadata::FindTable(relation);
            // Constraint triggers stand here alone.
            if (!table || type == CONSTRAINT_TRIGGER || IsKeptHere(relation, name->relname))
                continue;
            enforcers = list_concat(enforcers, Enforcers(*table, name->relname, type));
            appendStringInfo(&elsewhere, "%s%s", elsewhere.len > 0 ? ", " : "",
                             quote_qualified_identifier(get_namespace_name(schema), name->relname));
        }
    }
    stmt->constraints = list_concat(stmt->constraints, enforcers);
    return elsewhere.len > 0 ? elsewhere.data : nullptr;
}

}  // namespace

void HandleSetConstraints(const Statement& statement) {
    auto* stmt = CopyOf<ConstraintsSetStmt>(statement.planned->utilityStmt);
    const char* elsewhere = stmt->constraints == NIL
                                ? (metadata::AllTables() == NIL ? nullptr : "ALL")
                                : AddEnforcers(stmt);
    RunStandardWith(statement, reinterpret_cast<Node*>(stmt));
    if (elsewhere && IsInTransactionBlock(statement.IsTopLevel()) && metadata::IsCoordinator())
        Broadcast(psprintf("SET CONSTRAINTS %s %s", elsewhere,
                           stmt->deferred ? "DEFERRED" : "IMMEDIATE"));
    trigger::SetConstraints(castNode(ConstraintsSetStmt, statement.planned->utilityStmt));
}

}  // namespace pgspan::ddl
