// Where the order of rows that SQL does not promise is seen all the same.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True if the result depends on the order in which the query's only FROM item delivers its rows.
// SQL promises nothing, but PostgreSQL hands on the rows of a sorted sub-query in its order, and
// people build arrays by it.
[[nodiscard]] bool ShowsOrderOfItsOnlySource(const Query* query);

}  // namespace pgspan::planner
