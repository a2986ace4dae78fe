// The planner: which way a query runs (router, pushdown, general), and the plan for it. See
// ARCHITECTURE.md.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

void DefineSettings();
// Installs the planner hook and the hooks into path generation; called once from _PG_init.
void InstallHooks();

// Plans a query through the hook again (for the parts of a statement that are queries of their
// own).
PlannedStmt* PlanQuery(Query* query, const char* query_string, int cursor_options,
                       ParamListInfo bound_params);

// INSERT into a distributed or reference table; nullptr never.
PlannedStmt* PlanInsert(Query* query, const char* query_string, int cursor_options,
                        ParamListInfo bound_params);

// Node-wide tasks as they arrive: consumes the marker, checks the shard set, plans, makes the
// aggregate partial. nullptr if the query has no marker.
PlannedStmt* PlanTask(Query* query, const char* query_string, int cursor_options,
                      ParamListInfo bound_params);

// The options without parallel workers of this node: nothing may be written or locked while they
// share the transaction, and the statement writes in a scan of ours, of which PostgreSQL's planner,
// which sees the SELECT below it, knows nothing.
int WithoutWorkers(int cursor_options);

// Raises 0A000: "pgspan does not support <what> yet", with an optional detail.
[[noreturn]] void RefuseFeature(const char* what, const char* detail);

}  // namespace pgspan::planner
