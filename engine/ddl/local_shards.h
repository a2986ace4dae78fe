// The parts of a table that this node holds, as plain arrays in the current memory context.
//
// Called by: the handlers of this room, for what PostgreSQL does not cascade from a container to
// its shards.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

struct LocalShard {
    int32 index;
    int64 shard_id;
    Oid relation;
    const char* qualified_name;
};

// The shards of a hash-distributed table on this node; empty for a reference table.
std::span<const LocalShard> LocalShards(const metadata::Table& table);

// The constraints of a relation with a type of pg_constraint.contype ('\0' for all), by name.
std::span<const Oid> ConstraintsOf(Oid relation, char type);

}  // namespace pgspan::ddl
