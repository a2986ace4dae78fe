// Vars of a table's attributes, with their types from the catalogs.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// System columns too.
Var* AttributeVar(Oid relation, int varno, AttrNumber attribute, Index levels_up = 0);

// The whole row, as a row of the table's type that is made of its columns. For where a whole-row
// Var would be of another type.
Node* RowOfColumns(Oid relation, int varno, Index levels_up);

}  // namespace pgspan::planner
