// Levels that are computed anew for each row of a level around them.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// True if the rows of the relation are others for each row of an outer level, while PostgreSQL's
// planner looks for paths of root. May be true of some that are not: what sub-plans read is not
// looked into.
bool DependsOnOuterRow(const PlannerInfo* root, const RelOptInfo* relation);

}  // namespace pgspan::planner
