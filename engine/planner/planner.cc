#include "engine/planner/planner.h"

#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/plan/task_planning.h"
#include "engine/planner/paths.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/row_locks.h"
#include "engine/planner/safety.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/shape.h"
#include "engine/planner/task_sql.h"

extern "C" {
#include "nodes/params.h"
#include "optimizer/optimizer.h"
#include "optimizer/planmain.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

planner_hook_type previous_planner_hook = nullptr;

PlannedStmt* StandardPlan(Query* query, const char* query_string, int cursor_options,
                          ParamListInfo bound_params) {
    return previous_planner_hook
               ? previous_planner_hook(query, query_string, cursor_options, bound_params)
               : standard_planner(query, query_string, cursor_options, bound_params);
}

// What a query has to do with the cluster.
struct Contents {
    bool hash_tables;       // reads or writes a hash-distributed table
    bool reference_target;  // writes a reference table
    bool containers;        // names a container: it may be a task
};

void LookAtRelation(const RangeTblEntry* rte, Contents* contents) {
    if (rte->relkind == RELKIND_PARTITIONED_TABLE && !contents->containers)
        contents->containers =
            metadata::ExtensionIsReady() && metadata::FindTableByContainer(rte->relid) != nullptr;
    const metadata::Table* table = metadata::FindTable(rte->relid);
    if (table && table->IsHash()) contents->hash_tables = true;
}

void LookAtTarget(const Query* query, Contents* contents) {
    if (query->resultRelation == 0) return;
    const metadata::Table* table =
        metadata::FindTable(rt_fetch(query->resultRelation, query->rtable)->relid);
    if (table && table->IsReference()) contents->reference_target = true;
}

Contents LookAt(Query* query) {
    Contents contents = {};
    LookAtTarget(query, &contents);
    if (query->cteList == NIL && !query->hasSubLinks) {
        // The common case without a tree walk.
        bool nested = false;
        for (auto* rte : Each<RangeTblEntry>(query->rtable))
            if (rte->rtekind == RTE_RELATION)
                LookAtRelation(rte, &contents);
            else if (rte->rtekind == RTE_SUBQUERY)
                nested = true;
        if (!nested) return contents;
    }
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (IsA(node, RangeTblEntry)) {
                const auto* rte = reinterpret_cast<RangeTblEntry*>(node);
                if (rte->rtekind == RTE_RELATION) LookAtRelation(rte, &contents);
                return false;
            }
            if (IsA(node, Query)) LookAtTarget(reinterpret_cast<Query*>(node), &contents);
            return descend(node);
        },
        QTW_EXAMINE_RTES_BEFORE | QTW_IGNORE_JOINALIASES);
    return contents;
}

PlannedStmt* Finish(PlannedStmt* statement, int cursor_options) {
    // A cursor that may run backwards reads from a store.
    if ((cursor_options & CURSOR_OPT_SCROLL) && !ExecSupportsBackwardScan(statement->planTree))
        statement->planTree = materialize_finished_plan(statement->planTree);
    return statement;
}

void RefuseModifyingCtes(Query* query) {
    for (auto* cte : Each<CommonTableExpr>(query->cteList))
        if (castNode(Query, cte->ctequery)->commandType != CMD_SELECT)
            RefuseFeature("data-modifying CTEs beside distributed tables", nullptr);
}

// SELECT
// --------------------------------------------------------------------------------------------------------

// Anonymous row types cannot be read back from another node.
bool ReturnsRecord(const List* target_list) {
    for (auto* entry : Each<TargetEntry>(target_list))
        if (!entry->resjunk && exprType(reinterpret_cast<Node*>(entry->expr)) == RECORDOID)
            return true;
    return false;
}

PlannedStmt* PlanSelect(Query* query, const char* query_string, int cursor_options,
                        ParamListInfo bound_params) {
    if (query->hasModifyingCTE) RefuseModifyingCtes(query);
    FlattenJoinAliases(query);
    const Level level = {query, nullptr};
    const Shape shape = AnalyzeQuery(level).whole;
    if (shape.IsPinned() && !IsA(shape.pin, Var) && !ReturnsRecord(query->targetList)) {
        auto* remote = static_cast<Query*>(copyObjectImpl(query));
        const plan::DistributedPlan plan = MakeDistributedPlan(remote, shape, false, {});
        CustomScan* scan = MakeTopScan(plan, query->targetList);
        return Finish(MakeStatement(query, &scan->scan.plan), cursor_options);
    }
    List* marks = MarksForStatement(query);
    List* checked = NIL;
    ReplaceByRemoteRelations(query, &checked);
    PlannedStmt* statement = StandardPlan(query, query_string, cursor_options, bound_params);
    AddCheckedRelations(statement, checked);
    statement->rowMarks = list_concat(statement->rowMarks, marks);
    return statement;
}

// UPDATE and DELETE
// ---------------------------------------------------------------------------------------------

const char* Verb(const Query* query) {
    return query->commandType == CMD_UPDATE ? "UPDATE" : "DELETE";
}

void RefuseKeyAssignment(const Query* query, const metadata::Table& table, const Shape& shape) {
    if (query->commandType != CMD_UPDATE) return;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        if (entry->resjunk || entry->resno != table.distribution_column) continue;
        const auto* expr = reinterpret_cast<Node*>(entry->expr);
        const auto* var = IsA(expr, Var) ? reinterpret_cast<const Var*>(expr) : nullptr;
        if (var && static_cast<int>(var->varno) == query->resultRelation &&
            var->varattno == entry->resno)
            continue;
        if (shape.pin && equal(expr, shape.pin)) continue;
        RefuseFeature(
            "UPDATE of the distribution column",
            "A row with another value may belong to another node. Delete it and insert it anew.");
    }
}

void RefuseVolatileOnReplicas(Query* query) {
    if (!contain_volatile_functions(reinterpret_cast<Node*>(query->targetList)) &&
        !contain_volatile_functions(reinterpret_cast<Node*>(query->jointree)))
        return;
    RefuseFeature("volatile functions in UPDATE and DELETE of a reference table",
                  "Each node would compute values of its own.");
}

PlannedStmt* PlanReferenceModify(Query* query, const Shape& shape, int cursor_options) {
    if (!shape.IsReplicated())
        RefuseFeature(
            psprintf("this %s of a reference table", Verb(query)),
            psprintf("It reads %s.", shape.IsDistributed() ? "a distributed table" : shape.reason));
    RefuseVolatileOnReplicas(query);
    auto* remote = static_cast<Query*>(copyObjectImpl(query));
    const TaskSql task = MakeTaskSql(remote, Constants::kEqualities, {});
    plan::DistributedPlan plan = {};
    plan.kind = plan::TaskKind::kReference;
    plan.command = query->commandType;
    plan.returns_rows = query->returningList != NIL;
    plan.modifies = true;
    plan.anchor = rt_fetch(query->resultRelation, query->rtable)->relid;
    plan.sql = task.sql;
    plan.parameters = task.parameters;
    plan.parameter_types = task.parameter_types;
    plan.fixed_shard = -1;
    List* output = NIL;
    for (auto* entry : Each<TargetEntry>(query->returningList))
        output = lappend(output, entry->expr);
    SetResultTypes(&plan, output);
    return Finish(MakeStatement(query, &MakeTopScan(plan, query->returningList)->scan.plan),
                  cursor_options);
}

PlannedStmt* PlanModify(Query* query, int cursor_options) {
    const RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const metadata::Table* table = metadata::FindTable(target->relid);
    if (!table)
        RefuseFeature(psprintf("%s of local table \"%s\" that reads distributed tables",
                               Verb(query), get_rel_name(target->relid)),
                      nullptr);
    RefuseModifyingCtes(query);
    if (query->hasModifyingCTE)
        RefuseFeature("data-modifying CTEs beside distributed tables", nullptr);
    if (target->securityQuals || query->withCheckOptions)
        RefuseFeature("row-level security and WITH CHECK OPTION on distributed tables", nullptr);
    FlattenJoinAliases(query);
    const Level level = {query, nullptr};
    const Shape shape = AnalyzeQuery(level).whole;
    if (ReturnsRecord(query->returningList))
        RefuseFeature("RETURNING of an anonymous row", nullptr);
    if (table->IsReference()) return PlanReferenceModify(query, shape, cursor_options);
    if (!shape.IsDistributed() || (shape.pin && IsA(shape.pin, Var)))
        RefuseFeature(psprintf("this %s", Verb(query)),
                      psprintf("It cannot run on each node by itself: it contains %s.",
                               shape.reason ? shape.reason : "a reference to another query level"));
    if (shape.anchor->colocation_id != table->colocation_id)
        RefuseFeature(psprintf("this %s", Verb(query)),
                      "It joins tables that are not colocated with its target.");
    RefuseKeyAssignment(query, *table, shape);
    auto* remote = static_cast<Query*>(copyObjectImpl(query));
    const plan::DistributedPlan plan = MakeDistributedPlan(remote, shape, false, {});
    return Finish(MakeStatement(query, &MakeTopScan(plan, query->returningList)->scan.plan),
                  cursor_options);
}

// Set in sessions that another node has opened; the setting belongs to the room connection.
bool IsInternalSession() {
    const char* group = GetConfigOption("pgspan.internal_session", true, false);
    return group && group[0] != '-';
}

// The hook
// ------------------------------------------------------------------------------------------------------

PlannedStmt* Plan(Query* query, const char* query_string, int cursor_options,
                  ParamListInfo bound_params) {
    const Contents contents = LookAt(query);
    if (contents.containers)
        if (PlannedStmt* task = PlanTask(query, query_string, cursor_options, bound_params))
            return task;
    // A part of another node's statement writes to this node's copy of a reference table alone.
    if (contents.reference_target && !contents.hash_tables &&
        (plan::task_planning_depth > 0 || IsInternalSession()))
        return StandardPlan(query, query_string, cursor_options, bound_params);
    if (!contents.hash_tables && !contents.reference_target)
        return StandardPlan(query, query_string, cursor_options, bound_params);
    switch (query->commandType) {
    case CMD_SELECT:
        if (contents.reference_target)
            RefuseFeature("data-modifying CTEs on reference tables", nullptr);
        return PlanSelect(query, query_string, cursor_options, bound_params);
    case CMD_INSERT:
        return PlanInsert(query, query_string, cursor_options, bound_params);
    case CMD_UPDATE:
    case CMD_DELETE:
        return PlanModify(query, cursor_options);
    case CMD_MERGE:
        RefuseFeature("MERGE with distributed or reference tables", nullptr);
    default:
        return StandardPlan(query, query_string, cursor_options, bound_params);
    }
}

PlannedStmt* PlannerHook(Query* query, const char* query_string, int cursor_options,
                         ParamListInfo bound_params) {
    return pg::Entry([&] {
        return metadata::ExtensionIsReady()
                   ? PlanQuery(query, query_string, cursor_options, bound_params)
                   : StandardPlan(query, query_string, cursor_options, bound_params);
    });
}

}  // namespace

void RefuseFeature(const char* what, const char* detail) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("pgspan does not support %s yet", what), detail ? errdetail("%s", detail) : 0);
    pg_unreachable();
}

PlannedStmt* PlanQuery(Query* query, const char* query_string, int cursor_options,
                       ParamListInfo bound_params) {
    return Plan(query, query_string, cursor_options, bound_params);
}

void InstallHooks() {
    previous_planner_hook = planner_hook;
    planner_hook = PlannerHook;
    InstallPathHooks();
}

void DefineSettings() {}

}  // namespace pgspan::planner
