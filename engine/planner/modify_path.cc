#include "engine/planner/modify_path.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

Plan* PlanModifyPath(CustomPath* path, List* tlist, List* clauses, List* plans) {
    const auto* plan = static_cast<plan::ModifyPlan*>(linitial(path->custom_private));
    auto* scan = makeNode(CustomScan);
    scan->methods = GetCustomScanMethods(plan::kModifyScanName, false);
    scan->flags = path->flags;
    scan->scan.plan.targetlist = tlist;
    scan->scan.plan.qual = extract_actual_clauses(clauses, false);
    scan->custom_plans = plans;
    AttrNumber number = 0;
    for (auto* var : Each<Expr>(static_cast<List*>(lsecond(path->custom_private)))) {
        number++;
        scan->custom_scan_tlist =
            lappend(scan->custom_scan_tlist, makeTargetEntry(var, number, nullptr, false));
    }
    scan->custom_private = plan::Encode(*plan);
    scan->custom_exprs = plan::CustomExpressions(*plan);
    return &scan->scan.plan;
}

Plan* PlanModifyPathEntry(PlannerInfo*, RelOptInfo*, CustomPath* path, List* tlist, List* clauses,
                          List* plans) {
    return pg::Entry([&] { return PlanModifyPath(path, tlist, clauses, plans); });
}

constexpr CustomPathMethods kModifyPathMethods = {"pgspan modify path", PlanModifyPathEntry,
                                                  nullptr};

// The rows to be written. All columns are needed, not only those that the level above names.
Path* RowsPath(RelOptInfo* rel, List* columns) {
    Path* cheapest = nullptr;
    for (auto* path : Each<Path>(rel->pathlist))
        if ((IsA(path, SubqueryScanPath) || IS_DUMMY_REL(rel)) &&
            (!cheapest || path->total_cost < cheapest->total_cost))
            cheapest = path;
    if (!cheapest) elog(ERROR, "the rows of a write have no path");
    const size_t size =
        IsA(cheapest, SubqueryScanPath) ? sizeof(SubqueryScanPath) : sizeof(AppendPath);
    auto* rows = static_cast<Path*>(palloc(size));
    memcpy(rows, cheapest, size);
    rows->pathtarget = create_empty_pathtarget();
    rows->pathtarget->exprs = list_copy(columns);
    rows->parallel_safe = false;
    // Conditions above the write are for rows as they have become.
    auto* bare = static_cast<RelOptInfo*>(palloc(sizeof(RelOptInfo)));
    memcpy(bare, rel, sizeof(RelOptInfo));
    bare->baserestrictinfo = NIL;
    rows->parent = bare;
    return rows;
}

}  // namespace

void MarkModified(RangeTblEntry* rte, plan::ModifyPlan* plan) {
    Register(plan);
    rte->functions = pg::MakeList(MakeMarker(plan, true));
}

plan::ModifyPlan* ModifyPlanOf(const RangeTblEntry* rte) {
    if (rte->rtekind != RTE_SUBQUERY || rte->functions == NIL) return nullptr;
    const Node* call = static_cast<RangeTblFunction*>(linitial(rte->functions))->funcexpr;
    // A function of SQL that PostgreSQL has put in as a sub-query leaves its call behind.
    if (!IsMarker(call)) return nullptr;
    auto* plan = static_cast<plan::ModifyPlan*>(MarkedBy(call));
    if (!plan) elog(ERROR, "the plan of a write is gone");
    return plan;
}

void AddModifyPath(RelOptInfo* rel, const RangeTblEntry* rte, plan::ModifyPlan* plan) {
    List* columns = ColumnVars(rte->subquery, rel->relid);
    Path* rows = RowsPath(rel, columns);

    auto* path = makeNode(CustomPath);
    path->path.pathtype = T_CustomScan;
    path->path.parent = rel;
    path->path.pathtarget = rel->reltarget;
    path->path.rows = rows->rows;
    path->path.startup_cost = rows->total_cost;
    path->path.total_cost = rows->total_cost + rows->rows * cpu_tuple_cost;
    path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
    path->custom_paths = pg::MakeList(rows);
    path->custom_private = pg::MakeList(static_cast<void*>(plan), static_cast<void*>(columns));
    path->methods = &kModifyPathMethods;
    rel->pathlist = NIL;
    rel->partial_pathlist = NIL;
    rel->consider_parallel = false;
    add_path(rel, &path->path);
}

}  // namespace pgspan::planner
