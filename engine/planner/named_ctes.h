// Reading CTEs, and which of a level are read. PostgreSQL never plans a SELECT in WITH that nothing
// reads, whatever stands in it; a part of a statement that goes to the nodes must not take it
// along.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// An entry of FROM that reads the CTE under the given name. levels_up: to the query that has it.
RangeTblEntry* MakeCteEntry(const CommonTableExpr* cte, Index levels_up, const char* name);

// Leaves the query those of its CTEs that it names itself, or that these name, and those that
// write.
void KeepNamedCtes(Query* query);

// The same for the query and all levels inside it.
void DropUnreadCtes(Query* query);

}  // namespace pgspan::planner
