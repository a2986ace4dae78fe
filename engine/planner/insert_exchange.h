// INSERT … SELECT whose rows the nodes compute, but for other nodes than those that hold them: they
// hand the rows to each other (executor/exchange.h), and none passes through the coordinator.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// How the nodes would hand on the rows of an INSERT … SELECT.
struct Scattering {
    CustomScan* scan = nullptr;  // scatters the rows; nullptr where the nodes cannot evaluate them
    List* types = NIL;           // of what is gathered, for the plan of the INSERT
    double pairs = 0;            // of nodes: each may hand rows to each
    Plan* estimate = nullptr;    // of rows that lie on one node; else those of the plan without it
};

// source: an entry of the INSERT's FROM.
Scattering TryScatter(const Query* query, const metadata::Table& table, const RangeTblEntry* source,
                      ParamListInfo bound_params);
// False for few rows, which the coordinator passes on: `rows` is the plan by which it gets them.
bool IsWorthIt(const Scattering& scattering, const Plan* rows);

// citus.enable_repartitioned_insert_select; called once from DefineSettings.
void DefineInsertExchangeSetting();

}  // namespace pgspan::planner
