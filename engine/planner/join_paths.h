// Paths for joins that the nodes compute, of relations that are not colocated too.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// Gives a base relation its part, if the nodes can compute it; called once PostgreSQL's own paths
// for it are known, and before they are replaced by ours.
void AddBaseParts(PlannerInfo* root, RelOptInfo* rel, RangeTblEntry* entry);

// citus.enable_repartition_joins; called once from DefineSettings.
void DefineJoinSettings();

void InstallJoinHook();

}  // namespace pgspan::planner
