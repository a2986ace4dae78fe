// The shape of a level's FROM and WHERE, from those of the entries and joins in it. Called by
// AnalyzeQuery and AnalyzeFromAsRoot only.
#pragma once

#include "engine/planner/shape.h"

namespace pgspan::planner {

// local_quals: takes the conjuncts of WHERE that cannot be pushed; nullptr: they make the level
// unpushable.
Shape AnalyzeFrom(const Level& level, List** local_quals);

}  // namespace pgspan::planner
