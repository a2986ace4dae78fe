// The sub-query whose rows a modify scan writes, as PostgreSQL's planner sees it.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/plan/modify_plan.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// Marks the entry (a sub-query that is not merged into the level above). plan lives as long as
// planning.
void MarkModified(RangeTblEntry* rte, plan::ModifyPlan* plan);
// nullptr if the entry is none.
plan::ModifyPlan* ModifyPlanOf(const RangeTblEntry* rte);
// Puts the modify scan on top of the sub-query's cheapest path.
void AddModifyPath(RelOptInfo* rel, const RangeTblEntry* rte, plan::ModifyPlan* plan);

}  // namespace pgspan::planner
