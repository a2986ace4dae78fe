// The paths of a remote relation: its rows, and, where it is alone in its level, ORDER BY … LIMIT
// as sorted runs of the nodes, which the coordinator merges. Called by the path hooks only.
// (Grouping: grouping_paths.h. Joins: join_paths.h.)
#pragma once

#include "engine/planner/remote_relation.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// The only path of the base relation `rti`.
void AddRemoteRelationPath(PlannerInfo* root, RelOptInfo* rel, Index rti, RemoteRelation* relation);

// If the input is such a relation and the level wants its first rows in order: the only path.
void AddOrderedPath(PlannerInfo* root, RelOptInfo* input, RelOptInfo* output);

}  // namespace pgspan::planner
