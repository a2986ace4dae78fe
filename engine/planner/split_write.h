// Writes to a table of the coordinator some of whose partitions or heirs are distributed tables,
// and to distributed tables with heirs. PostgreSQL's own executor would write into the shells. Such
// a write is split into one for each distributed table, and one for all that is local: the same
// command over another target, each a data-modifying CTE of one statement, so that all of them see
// the same data and count as one. Rows that move from table to table leave one part and are
// inserted by others (split_moves.cc). Of a MERGE these parts change the rows that match; what
// matches nothing in the whole tree is inserted by parts of its own (split_merge.cc).
//
// Triggers of rows are those of the tables to which the rows belong, and fire with their parts.
// Those of the statement are the named table's: PostgreSQL fires them for the local part, which
// every split write has for their sake; the other parts hand it the rows for transition tables.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True if the query's target has to be split. A query that was split before has no such target.
bool ReachesOthers(const Query* query);

// The query, a copy, with each such write in it (its own, and those of its CTEs) split. What
// cannot be split raises 0A000. The result is a SELECT of RETURNING's rows if the query itself was
// split: the caller gives the plan the command that it was.
Query* SplitWrites(const Query* query);

// True for a table whose distributed partitions and heirs are not to be looked at: other parts of
// the split write see to them. PostgreSQL hands the mark down to the entries of partitions.
bool IsLocalPart(const RangeTblEntry* rte);

// Makes the entry such a one.
void MarkLocalPart(RangeTblEntry* rte);

// True for a local table that is read together with distributed tables below it.
bool ReadsDistributedHeirs(const RangeTblEntry* rte);

// The name of a CTE that belongs to a split write.
char* NameOfPart(int number);
// True for a CTE that is such a part: it may count for the statement.
bool IsPart(const CommonTableExpr* cte);

}  // namespace pgspan::planner
