// MERGE with a distributed or reference table as its target, in the general way: the source is
// joined with the target's rows (locked), each row of the join chooses its action, and the action's
// values are computed.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// The MERGE as a SELECT over a modify scan (see general_write.h).
Query* RewriteMerge(Query* query, const metadata::Table& table);

}  // namespace pgspan::planner
