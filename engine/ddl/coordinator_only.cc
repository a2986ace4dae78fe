// What a table has on the coordinator alone: its metadata say so on every node, and the planner and
// COPY of other nodes' own sessions refuse it.
#include "engine/connection/connection.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/mirror.h"
#include "engine/metadata/heirs.h"
#include "engine/metadata/node_session.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/catalog_scan.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "catalog/pg_constraint.h"
}

namespace pgspan::ddl {

namespace {

void Record(const metadata::Table& table, bool only) {
    pg::RunSqlAsOwner(
        psprintf("UPDATE pgspan.distributed_table SET only_on_coordinator = %s WHERE relation = %u",
                 only ? "true" : "false", table.relation));
    metadata::InvalidateTable(table.relation);
    CommandCounterIncrement();
}

// Rules, heirs, or foreign keys that the coordinator keeps.
bool HasLocalParts(Oid relation) {
    return HasKeysKeptHere(relation) ||
           pg::QueryTextAsOwner(
               psprintf("SELECT 1 FROM pg_catalog.pg_rewrite WHERE ev_class = %u UNION ALL"
                        " SELECT 1 FROM pg_catalog.pg_inherits WHERE inhparent = %u LIMIT 1",
                        relation, relation)) != nullptr;
}

}  // namespace

void NoteLocalParts(Oid relation) {
    CommandCounterIncrement();
    const metadata::Table* table = metadata::FindTable(relation);
    if (!IsOrigin() || !table || !table->IsHash()) return;
    const bool only = HasLocalParts(relation);
    if (only == table->only_on_coordinator) return;
    Record(*table, only);
    Broadcast(KeepToCoordinatorStatement(relation, only));
}

// Read without SQL, which would keep locks on metadata until the transaction ends: every ALTER
// TABLE asks.
List* TablesTiedTo(Oid relation) {
    List* others = metadata::Parents(relation);
    const auto note = [&](Form_pg_constraint row, HeapTuple) {
        if (row->contype != CONSTRAINT_FOREIGN) return;
        others = lappend_oid(lappend_oid(others, row->confrelid), row->conrelid);
    };
    pg::EachCatalogRow<Form_pg_constraint>(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                                           Anum_pg_constraint_conrelid, relation, note);
    pg::EachCatalogRow<Form_pg_constraint>(ConstraintRelationId, InvalidOid,
                                           Anum_pg_constraint_confrelid, relation, note);
    list_sort(others, list_oid_cmp);
    List* tables = NIL;
    for (const Oid other : pg::EachOid(others))
        if (other != relation && metadata::FindTable(other))
            tables = list_append_unique_oid(tables, other);
    return tables;
}

void NoteReferencedTables(Oid relation) {
    CommandCounterIncrement();
    for (const Oid table : pg::EachOid(TablesTiedTo(relation))) NoteLocalParts(table);
}

char* KeepToCoordinatorStatement(Oid relation, bool only) {
    return psprintf("SELECT pgspan.keep_to_coordinator(%s::pg_catalog.regclass, %s)",
                    quote_literal_cstr(QualifiedRelationName(relation)), only ? "true" : "false");
}

}  // namespace pgspan::ddl

using namespace pgspan;

// pgspan.keep_to_coordinator(relation, only): called by the coordinator.
PGSPAN_FUNCTION(pgspan_keep_to_coordinator) {
    const Oid relation = PG_GETARG_OID(0);
    if (!metadata::IsInternalSession())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("pgspan.keep_to_coordinator() is called by other nodes only"));
    // Whoever may declare a foreign key to the table need not own it.
    const metadata::Table* table = metadata::FindTable(relation);
    if (table) ddl::Record(*table, PG_GETARG_BOOL(1));
    PG_RETURN_VOID();
}
