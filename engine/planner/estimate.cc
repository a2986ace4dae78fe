#include "engine/planner/estimate.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/plan_level.h"
#include "engine/pg/relation.h"
#include "engine/planner/array_statistics.h"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "nodes/supportnodes.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

int estimating = 0;
get_relation_stats_hook_type previous_relation_stats_hook = nullptr;

// A path costs a round trip, and the transfer of its rows: packing, sending and decoding a row
// costs about three times what an executor node spends on it, and more with each byte.
constexpr double kRoundTripCost = 50;
constexpr double kRowCost = 0.03;
constexpr double kByteCost = 0.0002;
// An empty table that was never measured is expected to grow by PostgreSQL; so is each shard.
constexpr double kAssumedPagesOfShard = 10;
constexpr double kIndexFill = 0.9;
constexpr double kIndexTupleOverhead = 12;  // header and line pointer
constexpr double kIndexFanOut = 250;

Estimate* Make(const Query* of, ParamListInfo bound_params) {
    auto* query = static_cast<Query*>(copyObjectImpl(of));
    auto* estimate = static_cast<Estimate*>(palloc0(sizeof(Estimate)));
    estimating++;
    ErrorData* error = pg::Capture([&] {
        estimate->root = pg::PlanLevel(query, bound_params);
        const RelOptInfo* final = fetch_upper_rel(estimate->root, UPPERREL_FINAL, nullptr);
        estimate->rows = final->cheapest_total_path->rows;
        estimate->startup_cost = final->cheapest_total_path->startup_cost;
        estimate->total_cost = final->cheapest_total_path->total_cost;
    });
    estimating--;
    if (error) ReThrowError(error);
    return estimate;
}

Node* ColumnExpression(const Estimate& estimate, int column) {
    if (column <= 0 || column > list_length(estimate.root->processed_tlist)) return nullptr;
    auto* entry = static_cast<TargetEntry*>(list_nth(estimate.root->processed_tlist, column - 1));
    return reinterpret_cast<Node*>(entry->expr);
}

// Indexes of a shell are empty: those of the shards together are as large as one over all rows.
void SetIndexSize(const RelOptInfo* rel, Oid relation, IndexOptInfo* index) {
    double width = kIndexTupleOverhead;
    for (int i = 0; i < index->ncolumns; i++)
        width += index->indexkeys[i] > 0
                     ? get_attavgwidth(relation, static_cast<AttrNumber>(index->indexkeys[i]))
                     : sizeof(Datum);
    index->tuples = rel->tuples;
    const double pages = clamp_row_est(rel->tuples * width / (BLCKSZ * kIndexFill));
    index->pages = static_cast<BlockNumber>(std::min(pages, static_cast<double>(MaxBlockNumber)));
    if (index->tree_height < 0) return;
    index->tree_height = 0;
    for (double level = pages; level > kIndexFanOut; level /= kIndexFanOut) index->tree_height++;
}

// The statistics of a column that a remote relation returns: those of the table's column that it
// is, but for the number of distinct values, which a join or filter may have changed.
HeapTuple AdjustedStatistics(VariableStatData* column) {
    bool is_default = false;
    const double distinct = get_variable_numdistinct(column, &is_default);
    const HeapTuple copy = heap_copytuple(column->statsTuple);
    if (!is_default)
        reinterpret_cast<Form_pg_statistic>(GETSTRUCT(copy))->stadistinct =
            static_cast<float4>(distinct);
    return copy;
}

bool RelationStatsHook(PlannerInfo* root, RangeTblEntry* rte, AttrNumber attribute,
                       VariableStatData* vardata) {
    return pg::Entry([&] {
        RemoteRelation* relation = RemoteRelationOf(rte);
        if (!relation)
            return FindArrayStatistics(root, rte, attribute, vardata) ||
                   (previous_relation_stats_hook &&
                    previous_relation_stats_hook(root, rte, attribute, vardata));
        const Estimate& estimate = EstimateOf(relation, root->glob->boundParams);
        Node* expression = ColumnExpression(estimate, attribute);
        if (!expression) return true;
        VariableStatData column;
        examine_variable(estimate.root, expression, 0, &column);
        if (HeapTupleIsValid(column.statsTuple)) {
            vardata->statsTuple = AdjustedStatistics(&column);
            vardata->freefunc = heap_freetuple;
            vardata->acl_ok = column.acl_ok;
        }
        vardata->isunique =
            column.isunique && bms_membership(estimate.root->all_baserels) == BMS_SINGLETON;
        ReleaseVariableStats(column);
        return true;
    });
}

}  // namespace

const Estimate& EstimateOf(RemoteRelation* relation, ParamListInfo bound_params) {
    if (!relation->estimate) relation->estimate = Make(relation->query, bound_params);
    return *relation->estimate;
}

void ShowEstimate(Plan* plan, const Query* query, ParamListInfo bound_params) {
    const RelOptInfo* final =
        fetch_upper_rel(Make(query, bound_params)->root, UPPERREL_FINAL, nullptr);
    plan->plan_rows = final->cheapest_total_path->rows;
    plan->plan_width = final->cheapest_total_path->pathtarget->width;
}

int32 ColumnWidth(const Estimate& estimate, int column) {
    Node* expression = ColumnExpression(estimate, column);
    if (!expression) return 0;
    if (IsA(expression, Var)) {
        const auto* var = reinterpret_cast<Var*>(expression);
        const RelOptInfo* rel = find_base_rel(estimate.root, static_cast<int>(var->varno));
        const int32 width = rel->attr_widths[var->varattno - rel->min_attr];
        if (width > 0) return width;
    }
    return get_typavgwidth(exprType(expression), exprTypmod(expression));
}

bool IsEstimating() {
    return estimating > 0;
}

void SetShellSize(const metadata::Table& table, RelOptInfo* rel) {
    const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table.relation));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for relation %u", table.relation);
    const auto* form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    if (form->relpages > 0 && form->reltuples >= 0) {
        rel->pages = static_cast<BlockNumber>(form->relpages);
        rel->tuples = form->reltuples;
        rel->allvisfrac = std::min(1.0, static_cast<double>(form->relallvisible) / rel->pages);
    } else {
        rel->pages = static_cast<BlockNumber>(table.shard_count * kAssumedPagesOfShard);
        rel->tuples = clamp_row_est(rel->pages * pg::AssumedRowsOnPage(table.relation));
        rel->allvisfrac = 0;
    }
    ReleaseSysCache(tuple);
    rel->rel_parallel_workers = 0;
    for (auto* index : Each<IndexOptInfo>(rel->indexlist)) SetIndexSize(rel, table.relation, index);
}

int CountNodes(const Shape& shape) {
    if (shape.pin) return 1;
    int count = 0;
    const metadata::Table& table = *shape.anchor;
    for (int i = 0; i < table.shard_count; i++)
        if (std::find(table.shard_groups, table.shard_groups + i, table.shard_groups[i]) ==
            table.shard_groups + i)
            count++;
    return count;
}

Cost TransferCost(double rows, double width) {
    return kRoundTripCost + rows * (kRowCost + kByteCost * width);
}

void SetRemoteCost(Path* path, const Shape& shape, Cost local_startup, Cost local_total,
                   double fetched_rows) {
    const int nodes = CountNodes(shape);
    path->startup_cost = kRoundTripCost + local_startup / nodes;
    path->total_cost = local_total / nodes + TransferCost(fetched_rows, path->pathtarget->width);
}

void InstallEstimateHooks() {
    previous_relation_stats_hook = get_relation_stats_hook;
    get_relation_stats_hook = RelationStatsHook;
}

}  // namespace pgspan::planner

// PostgreSQL asks how many rows a call of pgspan.remote_rows returns.
PGSPAN_FUNCTION(pgspan_remote_rows_support) {
    auto* request = reinterpret_cast<Node*>(PG_GETARG_POINTER(0));
    if (!IsA(request, SupportRequestRows)) PG_RETURN_POINTER(nullptr);
    auto* rows = reinterpret_cast<SupportRequestRows*>(request);
    pgspan::planner::RemoteRelation* relation = pgspan::planner::RemoteRelationOf(rows->node);
    if (!relation || !rows->root) PG_RETURN_POINTER(nullptr);
    rows->rows = pgspan::planner::EstimateOf(relation, rows->root->glob->boundParams).rows;
    PG_RETURN_POINTER(rows);
}
