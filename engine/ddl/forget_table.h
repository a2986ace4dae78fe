// What a node does when a distributed or reference table ceases to be one: because its shell is
// dropped, or because it becomes a local table again. Runs on every node, in the distributed
// transaction that does it there.
//
// Called by: drop.cc of this room, and cluster (undistribute_table).
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// Drops container and shards of the table on this node, if any, with what depends on them (foreign
// keys of other shards), and removes its metadata; a colocation group without tables goes too. The
// shell is left alone, and may be gone already: only the metadata's rows are used. Does nothing if
// relation is neither distributed nor a reference table. Works as any user: the caller has checked
// that the shell may be dropped.
void ForgetTable(Oid relation);

}  // namespace pgspan::ddl
