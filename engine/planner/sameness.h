// Whether values that are equal are the same in every respect. 1.0 and 1.00 are equal, and so are
// 0 and -0 of a float, or 'a' and 'A' of citext: one of several equal rows can stand for all of
// them only where nothing looks closer than their equality does.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True if values of the expression that its type's default equality takes for equal have the same
// bytes (PostgreSQL's "equalimage", which deduplicated indexes ask for).
bool EqualMeansSame(Node* expression);

// True if the expressions of a target list or a condition may tell values of a column apart that
// are equal. A column that is an entry of a target list, or of an aggregate's, by itself does not
// count: there any of them will do.
bool TellsEqualsApart(Node* expressions);

}  // namespace pgspan::planner
