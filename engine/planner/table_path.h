// The path of one distributed table that is scanned by itself, in the general way. Called by the
// path hooks only.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// The only path of the relation: SELECT of its needed attributes, with the filters that can run on
// the nodes. Raises 0A000 for system columns and for TABLESAMPLE by values of other tables.
void AddTablePath(PlannerInfo* root, RelOptInfo* rel, Index rti, const RangeTblEntry* rte);

}  // namespace pgspan::planner
