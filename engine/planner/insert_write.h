// INSERT in the general way of writing: its rows are computed on the coordinator, where triggers
// fire and what no node can see to is checked. Used by general_write.cc and conflict_write.cc only.
#pragma once

#include "engine/planner/write_rewrite.h"

namespace pgspan::planner {

// The INSERT as a SELECT over a modify scan (see general_write.h).
Query* RewriteInsert(Query* query, const metadata::Table& table);

// The same for rows of which the level above decides: the INSERT's ON CONFLICT changes nothing, and
// of the target's triggers those for INSERT alone change rows. *columns (IntList) are those of its
// result that hold the rows as they were proposed, parallel to the target list; they follow
// RETURNING's, which may name system columns.
Query* RewriteTriedInsert(Query* query, const metadata::Table& table, List** columns);

// The sub-query can be computed once, with the rows: it does not look at the row.
bool IsAskedOnce(const SubLink* sublink);

}  // namespace pgspan::planner
