#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/tables_in.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/heap.h"
}

namespace pgspan::ddl {

namespace {

bool IsPart(Oid relation) {
    return get_rel_namespace(relation) == get_namespace_oid(metadata::kDataSchema, false);
}

// CASCADE spelled out: the relations that reference those named, however indirectly, but not the
// shards, which follow their containers. PostgreSQL's own notice for each of them.
List* WithReferencing(List* range_vars) {
    List* reached = NIL;
    for (const auto* name : pg::Each<RangeVar>(range_vars))
        reached = list_append_unique_oid(reached, RangeVarGetRelid(name, NoLock, false));
    for (List* found = heap_truncate_find_FKs(reached); found != NIL;
         found = heap_truncate_find_FKs(reached)) {
        for (const Oid relation : pg::EachOid(found)) {
            reached = lappend_oid(reached, relation);
            if (IsPart(relation)) continue;
            ereport(NOTICE, errmsg("truncate cascades to table \"%s\"", get_rel_name(relation)));
            range_vars = lappend(range_vars, RangeVarFor(relation));
        }
    }
    return range_vars;
}

}  // namespace

// Shells, containers and local tables are truncated by one statement, so that PostgreSQL sees that
// no foreign key is left behind.
void HandleTruncate(const Statement& statement) {
    auto* stmt = CopyOf<TruncateStmt>(statement.planned->utilityStmt);
    if (TablesNamed(stmt->relations, "TRUNCATE") == NIL) {
        RunStandard(statement);
        return;
    }
    const bool cascades = stmt->behavior == DROP_CASCADE;
    if (cascades) stmt->relations = WithReferencing(stmt->relations);
    List* tables = TablesNamed(stmt->relations, "TRUNCATE");
    stmt->relations = list_concat(stmt->relations, PartsOf(tables, Parts::kContainers));
    RunStandardWith(statement, reinterpret_cast<Node*>(stmt));
    Broadcast(psprintf("TRUNCATE TABLE %s %s %s", QualifiedNames(tables),
                       stmt->restart_seqs ? "RESTART IDENTITY" : "CONTINUE IDENTITY",
                       cascades ? "CASCADE" : "RESTRICT"));
}

}  // namespace pgspan::ddl
