// What a unique key of several columns tells about the size of a join.
//
// PostgreSQL multiplies the selectivities of `a.x = b.x AND a.y = b.y` as if x and y were
// independent, unless a foreign key says that they are not: then each row of the referencing table
// finds one row of the other. A unique key over (b.x, b.y) says nearly as much: there are as many
// pairs as rows of b, and the usual assumption about joins, that values of the one side occur on
// the other, is made about the pairs.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// Lets PostgreSQL estimate joins on unique keys of the base relation as joins on foreign keys that
// reference it. Called when the relation's paths are made: equivalences are complete then, and no
// join has been estimated.
void UseUniqueKeys(PlannerInfo* root, const RelOptInfo* relation);

}  // namespace pgspan::planner
