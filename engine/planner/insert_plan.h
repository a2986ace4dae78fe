// The SQL of INSERTs of rows that come from the coordinator (plan::InsertPlan).
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"
#include "engine/plan/insert_plan.h"

extern "C" {
#include "access/sysattr.h"
}

namespace pgspan::planner {

// query: an INSERT into the table; of its target list only the columns and types count.
// ON CONFLICT and RETURNING become the tail; they must be such that any node can compute them.
plan::InsertPlan MakeInsertPlan(const Query* query, const metadata::Table& table);

// In place of an attribute that an INSERT returns: whether the row was there before.
inline constexpr AttrNumber kWasThere = FirstLowInvalidHeapAttributeNumber;
// The attribute of the relation at varno in RETURNING; kWasThere, too.
Expr* ReturnedValue(Index varno, Oid relation, AttrNumber attribute);

// INSERT into columns (IntList of attribute numbers) of the table that the query writes, for
// MakeInsertPlan; RETURNING these attributes (IntList).
Query* MakePlainInsert(const Query* query, const List* attributes, const List* returned);

}  // namespace pgspan::planner
