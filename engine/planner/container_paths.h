// What PostgreSQL gets wrong about a container (a partitioned table) when it plans a task on the
// node that holds its shards.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// Corrects, once the paths of a container have been made,
//   its rows before any filter: PostgreSQL takes the filtered ones, so that numbers of distinct
//     values that are stored as fractions come out too low;
//   the costs of looking up a value of the distribution column: that touches one shard, where
//     PostgreSQL counts them all.
// Nothing for other partitioned tables.
void MendContainer(PlannerInfo* root, RelOptInfo* rel, const RangeTblEntry* rte);

}  // namespace pgspan::planner
