// INSERT … SELECT whose rows the nodes compute, but for other nodes than those that hold them: they
// hand the rows to each other (executor/exchange.h), and none passes through the coordinator.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"
#include "engine/plan/insert_plan.h"

namespace pgspan::planner {

// The scan that scatters the rows of `source`, an entry of the INSERT's FROM, and what the plan of
// the INSERT needs to gather them (insert->gathered_types); nullptr where the coordinator is to
// compute or to pass on the rows: few of them, or expressions that the nodes cannot evaluate.
CustomScan* TryScatter(const Query* query, const metadata::Table& table,
                       const RangeTblEntry* source, ParamListInfo bound_params,
                       plan::InsertPlan* insert);

// citus.enable_repartitioned_insert_select; called once from DefineSettings.
void DefineInsertExchangeSetting();

}  // namespace pgspan::planner
