// Paths for GROUP BY and aggregates over a relation that the nodes can compute.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// Offers the aggregation of `input`, a base relation or join that has parts (remote_part.h), on the
// nodes: as a whole where groups are complete there, else as partial aggregates combined here.
void AddGroupingPaths(PlannerInfo* root, RelOptInfo* input, RelOptInfo* output,
                      const GroupPathExtraData* extra);

}  // namespace pgspan::planner
