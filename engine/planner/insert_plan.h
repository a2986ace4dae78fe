// The SQL of INSERTs of rows that come from the coordinator (plan::InsertPlan).
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"
#include "engine/plan/insert_plan.h"

namespace pgspan::planner {

// query: an INSERT into the table; of its target list only the columns and types count.
// ON CONFLICT and RETURNING become the tail; they must be such that any node can compute them.
plan::InsertPlan MakeInsertPlan(const Query* query, const metadata::Table& table);

// INSERT into columns (IntList of attribute numbers) of the table that the query writes, for
// MakeInsertPlan; RETURNING these attributes (IntList).
Query* MakePlainInsert(const Query* query, const List* attributes, const List* returned);

// The rows as a query of their own: what INSERT reads, in the order of the columns it fills.
Query* RowsQuery(const Query* query);

// Why ON CONFLICT (RETURNING, the checks of new rows) cannot be computed on the nodes; nullptr if
// it can.
const char* WhyConflictDoesNotFit(const Query* query);
// Whole rows in ON CONFLICT DO UPDATE as rows of their columns: those of the table where it lies
// are of another type.
void NameConflictRows(Query* insert);
const char* WhyReturningDoesNotFit(const Query* query);
const char* WhyNewRowsDoNotFit(const Query* query);

// Raises 0A000 for what ON CONFLICT must not do.
void RefuseOnConflict(const Query* query, const metadata::Table& table);

// Gives the INSERT a column to fill if it has none.
void EnsureOneColumn(Query* query, const metadata::Table& table);

}  // namespace pgspan::planner
