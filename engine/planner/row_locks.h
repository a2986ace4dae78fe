// FOR UPDATE, FOR SHARE and their kin over distributed tables.
//
// Rows are locked on the nodes that hold them, in the transaction there, by the statement that
// reads them: a level that is one remote relation takes its locking clauses (and its LIMIT) along.
// Where a level cannot be pushed as a whole, each locked table becomes a sub-query of its own, with
// the filters that concern it alone, so that its rows are locked when they are read; PostgreSQL
// would lock those of them that come out of the joins.
//
// A table that is read with distributed partitions or heirs becomes such a sub-query too: the rows
// of each distributed one, locked, and those of all that is local, which PostgreSQL locks.
//
// Called by remote_relation.cc and planner.cc.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True if the query, or one inside it, locks rows.
bool LocksRows(Query* query);

// In place, on all levels, before anything else looks at the query: replaces each locked table that
// has distributed tables below it, or that is distributed and has heirs, by the union of
// sub-queries that lock. Raises 0A000 under policies and for TABLESAMPLE.
void LockTrees(Query* query);

// Turns the locked tables of a level into sub-queries that lock them; the level itself locks
// nothing any more. Raises 0A000 for a table on the nullable side of an outer join, as PostgreSQL
// does.
void LockInSubqueries(Query* level);

// The marks by which PostgreSQL knows that a statement is not read-only; the locking is done
// elsewhere.
List* MarksForStatement(Query* query);

}  // namespace pgspan::planner
