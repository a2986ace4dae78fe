// What a table has on the coordinator alone: its metadata say so on every node, and the planner and
// COPY of other nodes' own sessions refuse it.
#include "engine/connection/connection.h"
#include "engine/ddl/mirror.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"
#include "engine/pg/owner.h"
#include "engine/pg/relation.h"
#include "engine/pg/spi.h"

namespace pgspan::ddl {

namespace {

void Record(const metadata::Table& table) {
    pg::RunSqlAsOwner(psprintf(
        "UPDATE pgspan.distributed_table SET only_on_coordinator = true WHERE relation = %u",
        table.relation));
    metadata::InvalidateTable(table.relation);
    CommandCounterIncrement();
}

}  // namespace

void KeepToCoordinator(const metadata::Table& table) {
    if (table.only_on_coordinator) return;
    const Oid relation = table.relation;
    Record(table);
    Broadcast(KeepToCoordinatorStatement(relation));
}

char* KeepToCoordinatorStatement(Oid relation) {
    return psprintf("SELECT pgspan.keep_to_coordinator(%s::pg_catalog.regclass)",
                    quote_literal_cstr(QualifiedRelationName(relation)));
}

}  // namespace pgspan::ddl

using namespace pgspan;

// pgspan.keep_to_coordinator(relation): called by the coordinator.
PGSPAN_FUNCTION(pgspan_keep_to_coordinator) {
    const Oid relation = PG_GETARG_OID(0);
    if (!connection::IsInternalSession())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("pgspan.keep_to_coordinator() is called by other nodes only"));
    if (!pg::OwnsRelation(GetUserId(), relation))
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("must be owner of table %s", get_rel_name(relation)));
    const metadata::Table* table = metadata::FindTable(relation);
    if (table) ddl::Record(*table);
    PG_RETURN_VOID();
}
