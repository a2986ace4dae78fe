#include "engine/planner/scan_plan.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/row_locks.h"
#include "engine/planner/task_sql.h"

extern "C" {
#include "optimizer/tlist.h"
}

namespace pgspan::planner {

using pg::Each;

plan::DistributedPlan MakeDistributedPlan(Query* remote, const Shape& shape, bool partial,
                                          const RunOrder& order, List* shipments) {
    plan::DistributedPlan plan = {};
    plan.kind = shape.pin ? plan::TaskKind::kRouter : plan::TaskKind::kFanOut;
    plan.command = remote->commandType;
    plan.returns_rows = remote->commandType == CMD_SELECT || remote->returningList != NIL;
    plan.modifies = remote->commandType != CMD_SELECT || LocksRows(remote);
    plan.anchor = shape.anchor->relation;
    plan.fixed_shard = -1;
    if (shape.pin) {
        plan.shard_key = shape.pin;
        plan.shard_key_type = exprType(reinterpret_cast<Node*>(shape.pin));
    }
    List* output = NIL;
    for (auto* entry : Each<TargetEntry>(remote->commandType == CMD_SELECT ? remote->targetList
                                                                           : remote->returningList))
        if (!entry->resjunk) output = lappend(output, entry->expr);
    SetResultTypes(&plan, output);
    ShardSetMarker marker = {};
    if (!shape.pin) {
        marker = {remote, shape.anchor, partial};
        // The rows that INSERT … SELECT inserts come from its sub-query: there the shards are read.
        if (remote->commandType == CMD_INSERT)
            for (auto* rte : Each<RangeTblEntry>(remote->rtable))
                if (rte->rtekind == RTE_SUBQUERY) marker.level = rte->subquery;
    }
    List* arrays = NIL;
    for (auto* shipment : Each<plan::Shipment>(shipments))
        for (const Oid type : pg::EachOid(shipment->types))
            arrays = lappend_oid(arrays, shipment->is_exchange ? type : get_array_type(type));
    const TaskSql task = MakeTaskSql(
        remote, shape.pin ? Constants::kEqualities : Constants::kInline, marker, arrays);
    plan.shipments = shipments;
    plan.sql = task.sql;
    plan.relations = task.relations;
    plan.parameters = task.parameters;
    plan.parameter_types = task.parameter_types;
    plan.sort_columns = order.columns;
    plan.sort_operators = order.operators;
    plan.sort_collations = order.collations;
    plan.sort_nulls_first = order.nulls_first;
    return plan;
}

void SetResultTypes(plan::DistributedPlan* plan, const List* expressions) {
    plan->result_types = plan->result_typmods = plan->result_collations = NIL;
    for (auto* expr : Each<Node>(expressions)) {
        plan->result_types = lappend_oid(plan->result_types, exprType(expr));
        plan->result_typmods = lappend_int(plan->result_typmods, exprTypmod(expr));
        plan->result_collations = lappend_oid(plan->result_collations, exprCollation(expr));
    }
}

CustomScan* MakeTopScan(const plan::DistributedPlan& plan, const List* target_list) {
    auto* scan = makeNode(CustomScan);
    scan->methods = GetCustomScanMethods(plan::kRemoteScanName, false);
    scan->custom_private = plan::Encode(plan);
    scan->custom_exprs = plan::CustomExpressions(plan);
    AttrNumber number = 0;
    for (auto* entry : Each<TargetEntry>(target_list)) {
        if (entry->resjunk) continue;
        number++;
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        const Oid type = exprType(expr);
        const int32 typmod = exprTypmod(expr);
        const Oid collation = exprCollation(expr);
        // What the column stands for in EXPLAIN; it is never evaluated.
        Expr* shown = IsA(expr, Var)
                          ? entry->expr
                          : reinterpret_cast<Expr*>(makeNullConst(type, typmod, collation));
        scan->custom_scan_tlist =
            lappend(scan->custom_scan_tlist, makeTargetEntry(shown, number, entry->resname, false));
        TargetEntry* output = makeTargetEntry(
            reinterpret_cast<Expr*>(makeVar(INDEX_VAR, number, type, typmod, collation, 0)), number,
            entry->resname, false);
        output->resorigtbl = entry->resorigtbl;
        output->resorigcol = entry->resorigcol;
        scan->scan.plan.targetlist = lappend(scan->scan.plan.targetlist, output);
    }
    scan->scan.plan.startup_cost = 1;
    scan->scan.plan.total_cost = 10;
    scan->scan.plan.plan_rows = 1;
    scan->scan.plan.plan_width = 8;
    return scan;
}

RangeTblEntry* FlatEntry(const RangeTblEntry* rte) {
    auto* flat = makeNode(RangeTblEntry);
    memcpy(flat, rte, sizeof(RangeTblEntry));
    flat->tablesample = nullptr;
    flat->subquery = nullptr;
    flat->joinaliasvars = NIL;
    flat->joinleftcols = NIL;
    flat->joinrightcols = NIL;
    flat->functions = NIL;
    flat->tablefunc = nullptr;
    flat->values_lists = NIL;
    flat->coltypes = NIL;
    flat->coltypmods = NIL;
    flat->colcollations = NIL;
    flat->securityQuals = NIL;
    return flat;
}

namespace {

void CollectBelow(Query* query, Query* checked) {
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (!IsA(node, Query) || node == reinterpret_cast<Node*>(query)) return descend(node);
            CollectRelations(reinterpret_cast<Query*>(node), checked);
            return false;
        },
        QTW_IGNORE_JOINALIASES);
}

}  // namespace

void CollectRelations(Query* query, Query* checked) {
    check_stack_depth();
    for (auto* rte : Each<RangeTblEntry>(query->rtable))
        if (pg::NeedsRights(rte)) pg::AddRelationEntry(checked, query, rte);
    CollectBelow(query, checked);
}

PlannedStmt* MakeStatement(Query* query, Plan* top) {
    auto* statement = makeNode(PlannedStmt);
    statement->commandType = query->commandType;
    statement->queryId = query->queryId;
    statement->hasReturning = query->returningList != NIL;
    statement->canSetTag = query->canSetTag;
    statement->dependsOnRole = query->hasRowSecurity;
    statement->rowMarks = MarksForStatement(query);
    statement->planTree = top;
    statement->stmt_location = query->stmt_location;
    statement->stmt_len = query->stmt_len;
    AddCheckedRelations(statement, query);
    auto* below = makeNode(Query);
    CollectBelow(query, below);
    AddCheckedRelations(statement, below);
    return statement;
}

void AddCheckedRelations(PlannedStmt* statement, const Query* checked) {
    List* entries = NIL;
    for (auto* rte : Each<RangeTblEntry>(checked->rtable)) {
        entries = lappend(entries, FlatEntry(rte));
        if (pg::NeedsRights(rte))
            statement->relationOids = list_append_unique_oid(statement->relationOids, rte->relid);
    }
    pg::AddCheckedEntries(statement, checked, entries);
}

}  // namespace pgspan::planner
