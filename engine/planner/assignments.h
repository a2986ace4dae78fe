// What UPDATE and ON CONFLICT DO UPDATE assign, written so that it can be printed.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// In place: several assignments to elements or fields of one column (SET a[1] = 1, a[2] = 2), which
// the rewriter has made one expression, become entries of their own again, because the deparser
// prints the last one only. An UPDATE of generated columns alone, which assigns nothing, gets a
// column that is assigned to itself.
void PrepareAssignments(Query* query);

}  // namespace pgspan::planner
