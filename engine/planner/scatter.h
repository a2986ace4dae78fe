// The queries by which nodes keep rows for each other (executor/exchange.h).
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// For whom: the node of the shard of a table to which the key-th value (from 1) belongs; of the
// shard of NULL; or all of them.
inline constexpr int kNullKey = 0;
inline constexpr int kForAllNodes = -1;

// SELECT pgspan.scatter(table, key, values) FROM rows. values: Exprs over entry 1.
Query* ScatterQuery(RangeTblEntry* rows, const metadata::Table& table, int key, const List* values);
// True if the values are not too many.
bool CanScatter(const List* values);

// What stands for the result of such a query in a plan; it is never evaluated.
Expr* ScatterResult();

// pgspan.gather(arguments) as an entry of FROM, under that name; its columns are c1, c2, … of the
// types of the values.
RangeTblEntry* MakeGatherEntry(List* arguments, const List* values, const char* name);
// True for such an entry, in a query that comes from another node too.
bool IsGatherEntry(const RangeTblEntry* entry);
// The types of its arguments: an OidList.
List* GatherTypes();

}  // namespace pgspan::planner
