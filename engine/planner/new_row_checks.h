// WITH CHECK of policies and views for rows whose values the coordinator computes (the general way
// of writing): a column beside the row's values that raises PostgreSQL's error when a condition
// does not hold. All rows are checked before the first is written, but for conditions on what only
// the written row tells (BEFORE triggers may change it, columns are generated, values volatile):
// these are late checks, above the write. Used by general_write.cc, insert_write.cc and
// merge_write.cc only.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/planner/write_rewrite.h"

namespace pgspan::planner {

// Which rows of the write a check is for.
enum class CheckedRow { kInserted, kUpdated, kDeleted };

// The check of all conditions that the write has for such rows; nullptr if it has none. Those that
// are checked late it adds to the write's.
// assignments: the target list that makes the row; what it leaves out keeps its old value, or is
// NULL in an inserted row. Raises 0A000 for what cannot be checked before it is written.
Expr* NewRowCheck(WriteRewrite* write, CheckedRow row, const List* assignments);

}  // namespace pgspan::planner
