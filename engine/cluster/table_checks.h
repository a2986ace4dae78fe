// Whether a table can be distributed, decided before anything is changed. Every function raises
// what stands in the way (0A000 for what pgspan does not support) with the way out. Private to this
// room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::cluster {

// Whether it exists, and belongs to the current user. Before it is locked, since others must not
// wait for somebody who has no business there, and again afterwards.
void CheckOwner(Oid relation);
// The table itself: owner, kind, persistence, triggers, rules. verb: "distribute", for messages.
void CheckTable(Oid relation, const char* verb);
// Raises 0A000 for a table that inherits from a reference table, and unless the nodes can check its
// partition constraint.
void CheckTree(Oid relation);
// Raises 0A000 if there are any: a reference table stands alone.
void CheckStandsAlone(Oid relation);
// The attribute number of a distribution column that exists and can be hashed alike on every node.
AttrNumber CheckDistributionColumn(Oid relation, const char* column);
// Unique indexes and exclusion constraints must include the distribution column, compared for
// equality.
void CheckUniqueness(Oid relation, AttrNumber distribution_column);
// Raises 0A000 where checks and generated columns look at tableoid or at whole rows, which would be
// a shard's.
void CheckExpressions(Oid relation);
// Of a reference table: raises 0A000 for foreign keys to other than reference tables.
void CheckForeignKeys(Oid relation);

}  // namespace pgspan::cluster
