// A distributed table may be a partition of a table that is local to the coordinator. Which rows
// it may hold, its partition constraint, is enforced by the shards: as a check constraint of the
// container, the same on every node, which know nothing of the partitioned table. Called by cluster
// (making tables distributed, adding nodes) and ddl.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// Raises 0A000 if the relation is a partition whose constraint the nodes cannot check: by the hash
// of a type that hashes by OIDs.
void CheckPartitionConstraint(Oid relation);

// The functions by which it is checked; a List of OIDs.
List* FunctionsOfPartitionConstraint(Oid relation);

// The container's constraint as it has to be now, as Definitions (table_definition.h). validates:
// the rows that are there may violate it (SQLSTATE 23514).
List* PartitionCheck(const metadata::Table& table, bool validates);

// Brings the constraint up to date on all nodes, for a distributed table that is a partition or was
// one.
void MirrorPartitionCheck(const metadata::Table& table, bool validates);
// The same for the relation, and for the distributed tables below it. Does nothing if there are
// none.
void MirrorPartitionChecksOf(Oid relation);

}  // namespace pgspan::ddl
