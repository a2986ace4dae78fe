// What a part of a query that nodes compute is expected to return and to cost: PostgreSQL's own
// planner plans that part over the shells, whose statistics ANALYZE has gathered from the nodes, as
// if they were plain tables. Nothing of that plan is kept but its estimates.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/planner/remote_relation.h"

extern "C" {
#include "nodes/pathnodes.h"
#include "utils/selfuncs.h"
}

namespace pgspan::planner {

struct Estimate {
    double rows;
    Cost startup_cost;  // of one node that held all
    Cost total_cost;
    PlannerInfo* root;  // of the plan; knows the statistics of columns
};

// The relation's estimate, made when it is first asked for, in the planner's memory.
const Estimate& EstimateOf(RemoteRelation* relation, ParamListInfo bound_params);
// For EXPLAIN: the rows and their width that a plan, of which there is no other, returns.
void ShowEstimate(Plan* plan, const Query* query, ParamListInfo bound_params);
// The average width of a column (1-based) of the relation, in bytes.
int32 ColumnWidth(const Estimate& estimate, int column);

// True while the paths that are being made serve an estimate only: shells are then plain tables.
bool IsEstimating();

// rows, pages and indexes of a shell, from what ANALYZE left in the catalogs.
void SetShellSize(const metadata::Table& table, RelOptInfo* rel);

// How many nodes answer for a shape now.
int CountNodes(const Shape& shape);
// A statement on the nodes, and the transfer of its rows to this one.
Cost TransferCost(double rows, double width);
// The costs of a path that returns rows of a width from the nodes, where PostgreSQL would need
// local_startup and local_total for them on one node.
void SetRemoteCost(Path* path, const Shape& shape, Cost local_startup, Cost local_total,
                   double fetched_rows);

// Installs the hook that tells PostgreSQL the statistics of remote relations' columns.
void InstallEstimateHooks();

}  // namespace pgspan::planner
