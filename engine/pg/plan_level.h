// Planning a query as far as its paths, without making a plan of them: for estimates.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/pathnodes.h"
#include "optimizer/planner.h"
}

namespace pgspan::pg {

// query is changed. The result lives in the current memory context; its UPPERREL_FINAL has paths.
inline PlannerInfo* PlanLevel(Query* query, ParamListInfo bound_params) {
    auto* global = makeNode(PlannerGlobal);
    global->boundParams = bound_params;
    global->maxParallelHazard = 'u';  // PROPARALLEL_UNSAFE
#if PG_VERSION_NUM >= 170000
    return subquery_planner(global, query, nullptr, false, 0.0, nullptr);
#else
    return subquery_planner(global, query, nullptr, false, 0.0);
#endif
}

}  // namespace pgspan::pg
