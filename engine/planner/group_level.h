// A level that groups, cut in two: the groups below, and what is computed of each group above.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Cuts the level, in place: below are FROM, WHERE, GROUP BY and those conjuncts of HAVING that are
// not in `above`; the others become the WHERE of the level above, whose FROM is the sub-query
// below. False, and nothing is changed, where that cannot be (no groups, grouping sets, groups by
// expressions).
bool CutAboveGroups(Query* query, const List* above);

}  // namespace pgspan::planner
