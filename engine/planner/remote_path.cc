#include "engine/planner/remote_path.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/planner/estimate.h"
#include "engine/planner/part_query.h"
#include "engine/planner/scatter.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "nodes/pathnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/restrictinfo.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

RemotePath* PathInfo(const CustomPath* path) {
    return static_cast<RemotePath*>(linitial(path->custom_private));
}

// How the rows of each shipment travel; their plans are the scan's children, in this order.
List* ShipmentPlans(const List* shipments) {
    List* result = NIL;
    for (auto* shipment : Each<RemotePart>(shipments)) {
        auto* plan = static_cast<plan::Shipment*>(palloc0(sizeof(plan::Shipment)));
        plan->is_exchange = shipment->kind == RemotePart::Kind::kExchange;
        plan->rows = static_cast<int>(std::min(shipment->rows, static_cast<double>(PG_INT32_MAX)));
        plan->route_column = -1;
        int column = 0;
        for (auto* expr : Each<Node>(shipment->sent)) {
            plan->types = lappend_oid(plan->types, exprType(expr));
            if (shipment->route && equal(shipment->route, expr)) plan->route_column = column;
            column++;
        }
        if (plan->is_exchange) plan->types = GatherTypes();
        result = lappend(result, plan);
    }
    return result;
}

Query* QueryOf(PlannerInfo* root, const RemotePath* info) {
    if (info->query) return static_cast<Query*>(copyObjectImpl(info->query));
    PartQuery part = MakePartQuery(root, info->part);
    if (!AddPartTargets(root, &part, info->scan_target))
        elog(ERROR, "a column of a remote join cannot be computed there");
    return part.query;
}

// The rows of the path's query, kept for other nodes.
Query* KeepFor(const RemotePart& exchange, Query* query) {
    int key = exchange.route ? kNullKey : kForAllNodes;
    List* values = NIL;
    AttrNumber number = 0;
    for (auto* expr : Each<Node>(exchange.sent)) {
        number++;
        values = lappend(
            values, makeVar(1, number, exprType(expr), exprTypmod(expr), exprCollation(expr), 0));
        if (exchange.route && equal(exchange.route, expr)) key = number;
    }
    return ScatterQuery(MakeSubqueryEntry(query, "rows"), *exchange.shape.anchor, key, values);
}

Plan* PlanRemotePath(PlannerInfo* root, RelOptInfo* rel, CustomPath* path, List* tlist,
                     List* clauses, List* plans) {
    const RemotePath* info = PathInfo(path);
    Query* query = QueryOf(root, info);
    if (info->exchange) query = KeepFor(*info->exchange, query);
    plan::DistributedPlan plan = MakeDistributedPlan(query, info->shape, info->partial, info->order,
                                                     ShipmentPlans(info->shipments));
    plan.holds = info->exchange != nullptr;
    auto* scan = makeNode(CustomScan);
    scan->custom_plans = plans;
    scan->methods = GetCustomScanMethods(plan::kRemoteScanName, false);
    scan->flags = path->flags;
    scan->scan.plan.targetlist = tlist;
    if (!info->is_filtered)
        scan->scan.plan.qual =
            extract_actual_clauses(list_difference_ptr(clauses, info->pushed), false);
    if (info->attributes != NIL) {
        scan->scan.scanrelid = rel->relid;
        plan.scan_attributes = info->attributes;
    } else {
        const List* target = info->exchange ? path->path.pathtarget->exprs : info->scan_target;
        SetResultTypes(&plan, target);
        AttrNumber number = 0;
        for (auto* expr : Each<Expr>(target)) {
            number++;
            scan->custom_scan_tlist = lappend(
                scan->custom_scan_tlist,
                makeTargetEntry(static_cast<Expr*>(copyObjectImpl(expr)), number, nullptr, false));
        }
    }
    scan->custom_private = plan::Encode(plan);
    scan->custom_exprs = plan::CustomExpressions(plan);
    return &scan->scan.plan;
}

Plan* PlanRemotePathEntry(PlannerInfo* root, RelOptInfo* rel, CustomPath* path, List* tlist,
                          List* clauses, List* plans) {
    return pg::Entry([&] { return PlanRemotePath(root, rel, path, tlist, clauses, plans); });
}

constexpr CustomPathMethods kRemotePathMethods = {"pgspan remote path", PlanRemotePathEntry,
                                                  nullptr};

}  // namespace

const RemotePath* RemotePathOf(const Path* path) {
    if (!IsA(path, CustomPath)) return nullptr;
    const auto* custom = reinterpret_cast<const CustomPath*>(path);
    return custom->methods == &kRemotePathMethods ? PathInfo(custom) : nullptr;
}

CustomPath* MakeRemotePath(RelOptInfo* rel, PathTarget* target, const RemotePath& info, double rows,
                           Cost cost) {
    auto* path = makeNode(CustomPath);
    path->path.pathtype = T_CustomScan;
    path->path.parent = rel;
    path->path.pathtarget = target;
    path->path.rows = clamp_row_est(rows);
    path->path.startup_cost = cost;
    path->path.total_cost = cost + TransferCost(path->path.rows, target->width);
    path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
    auto* kept = static_cast<RemotePath*>(palloc(sizeof(RemotePath)));
    *kept = info;
    path->custom_private = pg::MakeList(kept);
    for (auto* shipment : Each<RemotePart>(info.shipments))
        path->custom_paths = lappend(path->custom_paths, shipment->source);
    path->methods = &kRemotePathMethods;
    return path;
}

CustomPath* MakeRemotePath(RelOptInfo* rel, PathTarget* target, const RemotePath& info, double rows,
                           const NodeWork& work) {
    CustomPath* path = MakeRemotePath(rel, target, info, rows, 0);
    SetRemoteCost(&path->path, info.shape, work.startup, work.total, clamp_row_est(work.rows));
    return path;
}

void OnlyPath(RelOptInfo* rel, Path* path) {
    rel->pathlist = NIL;
    rel->partial_pathlist = NIL;
    rel->consider_parallel = false;
    add_path(rel, path);
}

}  // namespace pgspan::planner
