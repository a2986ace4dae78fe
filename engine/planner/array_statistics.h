// Statistics for the columns of unnest over arrays that are known when a statement is planned, such
// as those in which rows travel to the node of a task: PostgreSQL itself looks at their length
// only.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/pathnodes.h"
#include "utils/selfuncs.h"
}

namespace pgspan::planner {

// Fills in what is known of a column of a range-table entry; false if the entry is no unnest, or
// its arrays are not known.
bool FindArrayStatistics(PlannerInfo* root, const RangeTblEntry* rte, AttrNumber column,
                         VariableStatData* vardata);

}  // namespace pgspan::planner
