// Choosing the colocation group of a new table: an existing one, or a new one with its shards
// placed round-robin over the nodes. Only on the coordinator. Private to this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::cluster {

struct Colocation {
    int32 colocation_id;
    int32 shard_count;
    const int32* shard_groups;  // [shard_count]; nullptr for reference tables
    bool is_default;
};

// What create_distributed_table was asked for.
struct ColocationRequest {
    Oid relation;
    AttrNumber distribution_column;
    const char* colocate_with;  // 'default', 'none' or the name of a table
    int32 shard_count;          // 0: not given
};

// Locks the choice against other sessions until the end of the transaction. A new group is recorded
// on every node with its first table. Raises if the table to colocate with does not fit.
Colocation ChooseColocation(const ColocationRequest& request);
// The group of all reference tables.
Colocation ReferenceColocation();

}  // namespace pgspan::cluster
