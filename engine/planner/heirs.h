// Distributed tables from which others inherit (CREATE TABLE … INHERITS), local to the coordinator
// or distributed as well: a query that reads the table without ONLY reads the union of the table's
// own rows and of theirs, each planned as what it is.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// In place, on all levels, before anything else looks at the query: replaces each such table by
// that union, tableoid included; its policies hold in every part. Raises 0A000 where the union
// cannot stand for the table: for row locks, other system columns, and as the target of UPDATE,
// DELETE and MERGE.
void ReadHeirs(Query* query);

// True if the entry is such a table, read with its heirs.
bool HasHeirs(const RangeTblEntry* rte);

}  // namespace pgspan::planner
