// Whether nodes can evaluate the sub-queries of an expression beside their share of a FROM. Called
// by the other files of shapes only.
#pragma once

#include "engine/planner/shape.h"

namespace pgspan::planner {

// True if the sub-queries of the expression, evaluated on a node beside `from`, see all that they
// need there. May pin a replicated `from`.
bool SublinksFit(Node* expression, Shape* from, const Level& level);

}  // namespace pgspan::planner
