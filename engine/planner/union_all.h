// UNION ALL of queries. Called by split_write.cc and row_locks.cc.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// The rows of the SELECTs, one after another; their columns are those of the first. The queries
// become sub-queries of the result: what they refer to above them lies one level higher.
Query* UnionAll(const List* queries);

}  // namespace pgspan::planner
