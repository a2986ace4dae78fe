// What a node does when a distributed or reference table is dropped. The DDL room calls ForgetTable on every node in
// the transaction that drops the shell there (before or after the shell itself: only the metadata's rows are used).
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::cluster {

// Drops container and shards of the table on this node, if any, with what depends on them (foreign keys of other
// shards), and removes its metadata; a colocation group without tables goes too. The shell is left alone.
// Does nothing if relation is neither distributed nor a reference table. Works as any user: the caller has checked
// that the shell may be dropped.
void ForgetTable(Oid relation);

}  // namespace pgspan::cluster
