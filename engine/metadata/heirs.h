// Distributed tables below a table in PostgreSQL's own trees: partitions of a partitioned table,
// and tables that inherit from one. Only the coordinator has such trees. Called by planner,
// executor, ddl and cluster.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

// The hash-distributed tables below the relation, at any depth, without itself: a List of OIDs in
// PostgreSQL's order. NIL at the cost of a look into a cache for a relation without heirs. Takes no
// locks.
List* DistributedHeirs(Oid relation);

// The tables right above the relation; a List of OIDs. Takes no locks.
List* Parents(Oid relation);

// All tables above the relation, those at the top first; a List of OIDs. Takes no locks.
List* Ancestors(Oid relation);

// The default partition of a partitioned table; InvalidOid if there is none, or for a relation that
// is none.
Oid DefaultPartition(Oid relation);

}  // namespace pgspan::metadata
