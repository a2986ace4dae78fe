// The shape of a level that is a set operation. Called by AnalyzeQuery only.
#pragma once

#include "engine/planner/shape.h"

namespace pgspan::planner {

// Precondition: the level has a set operation.
QueryShape AnalyzeSetOperation(const Level& level);

}  // namespace pgspan::planner
