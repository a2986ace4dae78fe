// SELECTs over one entry of FROM, and entries of FROM that are SELECTs. Called by whatever puts
// levels of a query above or below others.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// The names of the columns of a target list: a List of String, of copies.
List* NamesOf(const List* target_list);

// The SELECT as an entry of FROM under that name.
RangeTblEntry* MakeSubqueryEntry(Query* subquery, const char* name);

// The result columns of the sub-query at varno as Vars of the level above it: a List of Var.
List* ColumnVars(const Query* subquery, Index varno);

// SELECT columns FROM entry WHERE where. columns: a target list over entry 1, which may be made
// later; where: nullptr for none.
Query* SelectOver(RangeTblEntry* entry, List* columns, Node* where);

}  // namespace pgspan::planner
