#include "engine/planner/planner.h"

#include "engine/metadata/node_session.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/plan/copy_use.h"
#include "engine/plan/explained.h"
#include "engine/plan/task_planning.h"
#include "engine/planner/cursor_row.h"
#include "engine/planner/estimate.h"
#include "engine/planner/flatten.h"
#include "engine/planner/general_write.h"
#include "engine/planner/heirs.h"
#include "engine/planner/hidden_relations.h"
#include "engine/planner/insert_exchange.h"
#include "engine/planner/join_paths.h"
#include "engine/planner/named_ctes.h"
#include "engine/planner/paths.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/replication_session.h"
#include "engine/planner/row_locks.h"
#include "engine/planner/row_security.h"
#include "engine/planner/safety.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/scatter.h"
#include "engine/planner/shape.h"
#include "engine/planner/split_write.h"
#include "engine/planner/task_sql.h"
#include "engine/planner/triggered_write.h"

extern "C" {
#include "catalog/pg_publication.h"
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
    bool hash_tables;                            // reads or writes a hash-distributed table
    bool reference_target;                       // writes a reference table
    bool containers;                             // names a container: it may be a task
    const metadata::Table* only_on_coordinator;  // a table that workers cannot use
    bool heirs;                                  // reads or writes a table with its heirs
    bool ctes;                                   // has CTEs, at whatever level
    bool trees;                                  // names a local table with distributed heirs
    bool split;                                  // writes several tables of a tree
    bool publications;                           // reads their catalog
    bool catalogs;                               // reads one that has rows for containers
};

void LookAtRelation(const RangeTblEntry* rte, Contents* contents) {
    if (rte->relid == PublicationRelationId) contents->publications = true;
    if (MayShowParts(rte->relid)) contents->catalogs = true;
    if (rte->relkind == RELKIND_PARTITIONED_TABLE && !contents->containers)
        contents->containers =
            metadata::ExtensionIsReady() && metadata::FindTableByContainer(rte->relid) != nullptr;
    const metadata::Table* table = metadata::FindTable(rte->relid);
    if (!table && ReadsDistributedHeirs(rte)) contents->trees = true;
    if (!table) return;
    if (table->IsHash()) contents->hash_tables = true;
    if (!table->only_on_coordinator) return;
    contents->only_on_coordinator = table;
    if (HasHeirs(rte)) contents->heirs = true;
}

void LookAtEntry(const RangeTblEntry* rte, Contents* contents) {
    if (rte->rtekind == RTE_RELATION) LookAtRelation(rte, contents);
    // A task that reads nothing but what other nodes keep for this one.
    if (rte->rtekind == RTE_FUNCTION && IsGatherEntry(rte)) contents->containers = true;
}

void LookAtTarget(const Query* query, Contents* contents) {
    if (query->resultRelation == 0) return;
    const RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const metadata::Table* table = metadata::FindTable(target->relid);
    if (ReachesOthers(query)) contents->split = true;
    if (!table) return;
    if (table->IsReference()) contents->reference_target = true;
    CheckReplicaIdentity(query, *table);
}

Contents LookAt(Query* query) {
    Contents contents = {};
    LookAtTarget(query, &contents);
    if (query->cteList == NIL && !query->hasSubLinks) {
        // The common case without a tree walk.
        bool nested = false;
        for (auto* rte : Each<RangeTblEntry>(query->rtable))
            if (rte->rtekind == RTE_SUBQUERY)
                nested = true;
            else
                LookAtEntry(rte, &contents);
        if (!nested) return contents;
    }
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (IsA(node, RangeTblEntry)) {
                LookAtEntry(reinterpret_cast<RangeTblEntry*>(node), &contents);
                return false;
            }
            if (IsA(node, CommonTableExpr)) contents.ctes = true;
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

// SELECT
// --------------------------------------------------------------------------------------------------------

// Anonymous row types cannot be read back from another node.
bool ReturnsRecord(const List* target_list) {
    for (auto* entry : Each<TargetEntry>(target_list))
        if (!entry->resjunk && !CanTravel(exprType(reinterpret_cast<Node*>(entry->expr))))
            return true;
    return false;
}

PlannedStmt* PlanSelect(Query* query, const char* query_string, int cursor_options,
                        ParamListInfo bound_params) {
    FlattenJoinAliases(query);
    const Level level = {query, nullptr};
    const Shape shape = AnalyzeQuery(level).whole;
    const bool may_carry_rows = MayCarryRows(query, cursor_options);
    if (shape.IsPinned() && !IsA(shape.pin, Var) && !ReturnsRecord(query->targetList) &&
        !may_carry_rows) {
        auto* remote = static_cast<Query*>(copyObjectImpl(query));
        const plan::DistributedPlan plan = MakeDistributedPlan(remote, shape, false, {});
        CustomScan* scan = MakeTopScan(plan, query->targetList);
        if (plan::explained_depth > 0) ShowEstimate(&scan->scan.plan, query, bound_params);
        return Finish(MakeStatement(query, &scan->scan.plan), cursor_options);
    }
    List* marks = MarksForStatement(query);
    if (marks != NIL) cursor_options = WithoutWorkers(cursor_options);
    auto* checked = makeNode(Query);
    ReplaceByRemoteRelations(query, checked);
    const bool carries_rows = may_carry_rows && CarryRows(query);
    PlannedStmt* statement = StandardPlan(query, query_string, cursor_options, bound_params);
    if (carries_rows) KeepFetchedRow(statement);
    AddCheckedRelations(statement, checked);
    statement->rowMarks = list_concat(statement->rowMarks, marks);
    return statement;
}

// UPDATE and DELETE
// ---------------------------------------------------------------------------------------------

// UPDATE or DELETE of a reference table that each node computes alike from its own copies.
bool RunsOnEveryCopy(Query* query, const Shape& shape) {
    return shape.IsReplicated() && !ReturnsRecord(query->returningList) &&
           !contain_volatile_functions(reinterpret_cast<Node*>(query->targetList)) &&
           !contain_volatile_functions(reinterpret_cast<Node*>(query->returningList)) &&
           !contain_volatile_functions(reinterpret_cast<Node*>(query->jointree));
}

// Which copies it reads and changes on each node.
void SetCopies(plan::DistributedPlan* plan, Query* query, Oid target) {
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (!IsA(node, RangeTblEntry)) return descend(node);
            const auto* rte = reinterpret_cast<RangeTblEntry*>(node);
            if (rte->rtekind != RTE_RELATION || list_member_oid(plan->copies, rte->relid) ||
                !metadata::FindTable(rte->relid))
                return false;
            const auto use = rte->relid == target ? plan::CopyUse::kChange : plan::CopyUse::kRead;
            plan->copies = lappend_oid(plan->copies, rte->relid);
            plan->copy_uses = lappend_int(plan->copy_uses, static_cast<int>(use));
            return false;
        },
        QTW_EXAMINE_RTES_BEFORE);
}

PlannedStmt* PlanReferenceModify(Query* query, int cursor_options) {
    auto* remote = static_cast<Query*>(copyObjectImpl(query));
    const TaskSql task = MakeTaskSql(remote, Constants::kEqualities, {});
    plan::DistributedPlan plan = {};
    plan.kind = plan::TaskKind::kReference;
    plan.command = query->commandType;
    plan.returns_rows = query->returningList != NIL;
    plan.modifies = true;
    plan.anchor = rt_fetch(query->resultRelation, query->rtable)->relid;
    plan.sql = task.sql;
    SetCopies(&plan, query, plan.anchor);
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

// UPDATE or DELETE of a distributed table that the nodes run as it stands, each over its shards.
bool RunsOnShards(Query* query, const metadata::Table& table, const Shape& shape) {
    return shape.IsDistributed() && !(shape.pin && IsA(shape.pin, Var)) &&
           shape.anchor->colocation_id == table.colocation_id &&
           !ReturnsRecord(query->returningList) && !AssignsKey(query, table, shape.pin);
}

PlannedStmt* PlanModify(Query* query, const char* query_string, int cursor_options,
                        ParamListInfo bound_params) {
    const RangeTblEntry* target = rt_fetch(query->resultRelation, query->rtable);
    const metadata::Table* table = metadata::FindTable(target->relid);
    if (!table) return PlanGeneralWrite(query, query_string, cursor_options, bound_params);
    if (TriggersFor(query, query->commandType).any)
        return PlanGeneralWrite(query, query_string, cursor_options, bound_params);
    FlattenJoinAliases(query);
    const Level level = {query, nullptr};
    const Shape shape = AnalyzeQuery(level).whole;
    if (table->IsReference() && RunsOnEveryCopy(query, shape))
        return PlanReferenceModify(query, cursor_options);
    if (table->IsReference() || !RunsOnShards(query, *table, shape))
        return PlanGeneralWrite(query, query_string, cursor_options, bound_params);
    auto* remote = static_cast<Query*>(copyObjectImpl(query));
    const plan::DistributedPlan plan = MakeDistributedPlan(remote, shape, false, {});
    return Finish(MakeStatement(query, &MakeTopScan(plan, query->returningList)->scan.plan),
                  cursor_options);
}

void RefuseOnWorker(const metadata::Table& table) {
    if (metadata::IsCoordinator() || metadata::IsInternalSession() || plan::task_planning_depth > 0)
        return;
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("cannot use table \"%s\" from a worker", get_rel_name(table.relation)),
            errdetail("It has rules, heirs, or foreign keys that the coordinator alone keeps."),
            errhint("Connect to the coordinator."));
}

// The hook
// ------------------------------------------------------------------------------------------------------

PlannedStmt* PlanSplit(Query* query, const char* query_string, int cursor_options,
                       ParamListInfo bound_params) {
    PlannedStmt* statement =
        PlanQuery(SplitWrites(query), query_string, cursor_options, bound_params);
    statement->commandType = query->commandType;
    statement->hasReturning = query->returningList != NIL;
    return statement;
}

PlannedStmt* Plan(Query* query, const char* query_string, int cursor_options,
                  ParamListInfo bound_params) {
    if (IsReplicationSession() && query->commandType == CMD_SELECT) ReadOwnRows(query);
    if (IsTrustedTask(query_string))
        TakeSecurityMarks(query);
    else if (query->hasRowSecurity && metadata::IsInternalSession())
        RefuseUnprovenTask(query);
    Contents contents = LookAt(query);
    if ((contents.trees || contents.heirs) && LocksRows(query)) {
        LockTrees(query);
        contents = LookAt(query);
    }
    const bool only_published = contents.publications && !IsDumpSession();
    if (only_published) HideUnpublished(query);
    if (contents.catalogs && !only_published && PartsAreHidden()) HideParts(query);
    if (contents.only_on_coordinator) RefuseOnWorker(*contents.only_on_coordinator);
    if (contents.split) return PlanSplit(query, query_string, cursor_options, bound_params);
    if (contents.heirs) ReadHeirs(query);
    if (contents.containers)
        if (PlannedStmt* task = PlanTask(query, query_string, cursor_options, bound_params))
            return task;
    // A part of another node's statement writes to this node's copy of a reference table alone.
    if (contents.reference_target && !contents.hash_tables &&
        (plan::task_planning_depth > 0 || metadata::IsInternalSession()))
        return StandardPlan(query, query_string, cursor_options, bound_params);
    const bool reads_trees = contents.trees && query->commandType != CMD_SELECT;
    if (!contents.hash_tables && !contents.reference_target && !reads_trees)
        return StandardPlan(query, query_string, cursor_options, bound_params);
    if (contents.ctes) DropUnreadCtes(query);
    if (query->hasModifyingCTE)
        return Finish(PlanGeneralWrite(query, query_string, cursor_options, bound_params),
                      cursor_options);
    switch (query->commandType) {
    case CMD_SELECT:
        return PlanSelect(query, query_string, cursor_options, bound_params);
    case CMD_INSERT:
        return PlanInsert(query, query_string, cursor_options, bound_params);
    case CMD_UPDATE:
    case CMD_DELETE:
        return PlanModify(query, query_string, cursor_options, bound_params);
    case CMD_MERGE:
        return PlanGeneralWrite(query, query_string, cursor_options, bound_params);
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

int WithoutWorkers(int cursor_options) {
    return cursor_options & ~CURSOR_OPT_PARALLEL_OK;
}

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

void DefineSettings() {
    DefineHiddenRelationsSetting();
    DefineInsertExchangeSetting();
    DefineJoinSettings();
}

}  // namespace pgspan::planner
