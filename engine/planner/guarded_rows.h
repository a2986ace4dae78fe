// Policies that no node can evaluate, where rows are locked on the nodes: there what is left of the
// conditions chooses the rows, and the policies (and whatever could leak what they hide) are
// evaluated here, over the rows that are locked. Used by target_read.cc and row_locks.cc only.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// locking: a query over one distributed table. Takes from it what has to be evaluated here: a List
// of conditions over the table's columns (as Vars of its only entry), each of which must hold
// before the next one may be asked; NIL if the nodes can evaluate all.
List* TakeGuards(Query* locking);

// The rows for which the guards hold: an entry with the same columns, which are those of the target
// list. guards: over these (Vars of entry 1).
RangeTblEntry* GuardRows(RangeTblEntry* rows, const List* columns, const List* guards);

}  // namespace pgspan::planner
