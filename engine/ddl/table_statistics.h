// The statistics that PostgreSQL's planner reads of a distributed table, on its shell: pg_class
// (rows and pages, summed over the shards of all nodes) and pg_statistic (computed by PostgreSQL's
// own analyze functions from a sample of rows that is fetched from the nodes, as many as the
// columns' statistics targets ask for, whatever the size of the table).
//
// Called after ANALYZE and VACUUM have run on the shards, by the session that runs them, in a
// transaction.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// relation: a hash-distributed table. columns: List of String, NIL for all. Tables that the current
// user does not own, or cannot read, are left out with a WARNING.
void GatherStatistics(Oid relation, const List* columns);
// Rows and pages alone. relations: OIDs of hash-distributed tables; those of other users are left
// out.
void RefreshSizes(const List* relations);

}  // namespace pgspan::ddl
