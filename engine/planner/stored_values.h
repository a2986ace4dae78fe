// Functions that look at how a value is stored (pg_column_size, pg_column_compression): they tell
// something only where the rows lie, for values arrive here uncompressed.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Their calls above FROM and WHERE that the nodes can compute with each row: List of FuncExpr*.
List* CallsOnStoredValues(const Query* query);

}  // namespace pgspan::planner
