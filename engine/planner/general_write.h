// The general way of writing: statements that change distributed or reference tables in ways that
// no node can compute by itself, and statements with data-modifying CTEs. Each write becomes a
// SELECT over what it reads, whose rows a modify scan (plan::ModifyPlan) writes:
//
//   UPDATE t SET v = x.w FROM x WHERE x.id = t.id RETURNING t.v, x.y
//     → SELECT m.v', m.y FROM (SELECT t.ctid, t.key, x.w, x.y, NULL AS v'
//                              FROM <t, rows locked> t, x WHERE x.id = t.id) AS m
//
// where the path of m (modify_path.cc) is the modify scan over the sub-query's plan. So
// PostgreSQL's planner plans the reading, the CTEs and RETURNING; every part of the statement sees
// the same snapshot, because all reads start before the first write.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Plans any statement that writes: SELECT with data-modifying CTEs, INSERT, UPDATE, DELETE, MERGE;
// its target may be local. query is changed.
PlannedStmt* PlanGeneralWrite(Query* query, const char* query_string, int cursor_options,
                              ParamListInfo bound_params);

// True if the UPDATE may give a row another value of the distribution column than pin (may be
// nullptr) or its own.
bool AssignsKey(const Query* query, const metadata::Table& table, const Expr* pin);

}  // namespace pgspan::planner
