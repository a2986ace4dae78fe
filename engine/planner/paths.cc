// Paths for remote relations, and for distributed tables that are scanned one by one (the general
// way).
//
// For a remote relation that is alone in its level, grouping, DISTINCT aggregates, sorting and
// limits move to the nodes: grouping by the distribution column as a whole, other aggregates as
// partial aggregates that the coordinator combines, ORDER BY … LIMIT as sorted runs that it merges.
#include "engine/planner/paths.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/container_paths.h"
#include "engine/planner/estimate.h"
#include "engine/planner/grouping_paths.h"
#include "engine/planner/join_paths.h"
#include "engine/planner/part_query.h"
#include "engine/planner/modify_path.h"
#include "engine/planner/planner.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/safety.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/split_write.h"
#include "engine/planner/unique_keys.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/heap.h"
#include "nodes/pathnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "optimizer/prep.h"
#include "optimizer/plancat.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "parser/parse_oper.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
#include "utils/selfuncs.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

set_rel_pathlist_hook_type previous_rel_pathlist_hook = nullptr;
create_upper_paths_hook_type previous_upper_paths_hook = nullptr;
get_relation_info_hook_type previous_relation_info_hook = nullptr;

RemotePath* PathInfo(const CustomPath* path) {
    return static_cast<RemotePath*>(linitial(path->custom_private));
}

// How the rows of each shipment travel; their plans are the scan's children, in this order.
List* ShipmentPlans(const List* shipments) {
    List* result = NIL;
    for (auto* shipment : Each<RemotePart>(shipments)) {
        auto* plan = static_cast<plan::Shipment*>(palloc0(sizeof(plan::Shipment)));
        plan->route_column = -1;
        int column = 0;
        for (auto* expr : Each<Node>(shipment->source->pathtarget->exprs)) {
            plan->types = lappend_oid(plan->types, exprType(expr));
            if (shipment->route && equal(shipment->route, expr)) plan->route_column = column;
            column++;
        }
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

Plan* PlanRemotePath(PlannerInfo* root, RelOptInfo* rel, CustomPath* path, List* tlist,
                     List* clauses, List* plans) {
    const RemotePath* info = PathInfo(path);
    plan::DistributedPlan plan =
        MakeDistributedPlan(QueryOf(root, info), info->shape, info->partial, info->order,
                            ShipmentPlans(info->shipments));
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
        SetResultTypes(&plan, info->scan_target);
        AttrNumber number = 0;
        for (auto* expr : Each<Expr>(info->scan_target)) {
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

// What a path asks of the nodes: the costs on one node that held all, and the rows that they send.
struct NodeWork {
    Cost startup;
    Cost total;
    double rows;
};

CustomPath* MakePath(RelOptInfo* rel, PathTarget* target, RemotePath info, double rows,
                     const NodeWork& work) {
    CustomPath* path = MakeRemotePath(rel, target, info, rows, 0);
    SetRemoteCost(&path->path, info.shape, work.startup, work.total, clamp_row_est(work.rows));
    return path;
}

// The work for a remote relation, of whose rows the nodes make `rows` at processing_cost for each
// of them.
NodeWork WorkOn(PlannerInfo* root, RemoteRelation* relation, double rows, Cost processing_cost) {
    const Estimate& estimate = EstimateOf(relation, root->glob->boundParams);
    return {estimate.startup_cost, estimate.total_cost + estimate.rows * processing_cost, rows};
}

void OnlyPath(RelOptInfo* rel, Path* path) {
    rel->pathlist = NIL;
    rel->partial_pathlist = NIL;
    rel->consider_parallel = false;
    add_path(rel, path);
}

// The columns of a remote relation as Vars of the level that is being planned.
List* ColumnVars(const RemoteRelation& relation, Index varno) {
    List* vars = NIL;
    for (auto* entry : Each<TargetEntry>(relation.query->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        vars = lappend(vars, makeVar(static_cast<int>(varno), entry->resno, exprType(expr),
                                     exprTypmod(expr), exprCollation(expr), 0));
    }
    return vars;
}

// An expression over the relation's columns as one over the remote query's FROM; nullptr if it
// cannot run there.
Node* ToRemote(Node* node, const RemoteRelation& relation, Index varno) {
    bool fits = true;
    Node* mapped = pg::MutateNode(node, [&](Node* n, auto&& descend) -> Node* {
        if (IsA(n, Var)) {
            const auto* var = reinterpret_cast<Var*>(n);
            if (var->varno != static_cast<int>(varno) || var->varlevelsup != 0 ||
                var->varattno <= 0) {
                fits = false;
                return n;
            }
            const auto* entry =
                static_cast<TargetEntry*>(list_nth(relation.query->targetList, var->varattno - 1));
            return static_cast<Node*>(copyObjectImpl(entry->expr));
        }
        if (IsA(n, SubLink) || IsA(n, SubPlan) || IsA(n, AlternativeSubPlan) ||
            IsA(n, PlaceHolderVar) || IsA(n, Query)) {
            fits = false;
            return n;
        }
        return descend(n);
    });
    return fits && IsRemotable(mapped, relation.query, nullptr) ? mapped : nullptr;
}

// LIMIT + OFFSET where both are known; -1 otherwise.
int64 KnownLimit(const Query* parse) {
    if (!parse->limitCount || parse->limitOption != LIMIT_OPTION_COUNT ||
        !IsA(parse->limitCount, Const))
        return -1;
    const auto* count = reinterpret_cast<Const*>(parse->limitCount);
    if (count->constisnull) return -1;
    int64 limit = DatumGetInt64(count->constvalue);
    if (parse->limitOffset) {
        if (!IsA(parse->limitOffset, Const)) return -1;
        const auto* offset = reinterpret_cast<Const*>(parse->limitOffset);
        if (!offset->constisnull && DatumGetInt64(offset->constvalue) > 0)
            limit += DatumGetInt64(offset->constvalue);
    }
    return limit >= 0 && limit < INT32_MAX ? limit : -1;
}

bool IsPlainSelection(const Query* parse) {
    return !parse->groupClause && !parse->groupingSets && !parse->distinctClause &&
           !parse->hasAggs && !parse->hasWindowFuncs && !parse->hasTargetSRFs &&
           !parse->havingQual && !parse->rowMarks && !parse->setOperations;
}

Node* LimitConst(int64 limit) {
    return reinterpret_cast<Node*>(
        makeConst(INT8OID, -1, InvalidOid, 8, Int64GetDatum(limit), false, true));
}

// The remote relation that is the whole input of the level, without filters that run here; nullptr
// otherwise.
RemoteRelation* SoleRelation(PlannerInfo* root, const RelOptInfo* input) {
    if (input->reloptkind != RELOPT_BASEREL || input->baserestrictinfo != NIL ||
        input->joininfo != NIL)
        return nullptr;
    RemoteRelation* relation = RemoteRelationOf(planner_rt_fetch(input->relid, root));
    return relation && !relation->query->distinctClause ? relation : nullptr;
}

// Base relations
// ------------------------------------------------------------------------------------------------

// PostgreSQL knows the types of a function's columns, not their widths.
void SetWidths(RelOptInfo* rel, const Estimate& estimate) {
    for (AttrNumber column = 1; column <= rel->max_attr; column++)
        rel->attr_widths[column - rel->min_attr] = ColumnWidth(estimate, column);
    int32 width = 0;
    for (auto* expr : Each<Node>(rel->reltarget->exprs)) {
        const auto* var = IsA(expr, Var) ? reinterpret_cast<Var*>(expr) : nullptr;
        width += var && var->varattno > 0 ? rel->attr_widths[var->varattno - rel->min_attr]
                                          : get_typavgwidth(exprType(expr), exprTypmod(expr));
    }
    rel->reltarget->width = width;
}

void AddRemoteRelationPath(PlannerInfo* root, RelOptInfo* rel, Index rti,
                           RemoteRelation* relation) {
    const Estimate& estimate = EstimateOf(relation, root->glob->boundParams);
    SetWidths(rel, estimate);
    NodeWork work = {estimate.startup_cost, estimate.total_cost, estimate.rows};
    double rows = rel->rows;
    RemotePath info = {};
    info.query = relation->query;
    info.shape = relation->shape;
    info.scan_target = ColumnVars(*relation, rti);
    const int64 limit = KnownLimit(root->parse);
    if (limit >= 0 && !root->parse->sortClause && IsPlainSelection(root->parse) &&
        rel->baserestrictinfo == NIL && bms_membership(root->all_baserels) == BMS_SINGLETON &&
        !root->hasPseudoConstantQuals && root->parse->commandType == CMD_SELECT) {
        info.query = static_cast<Query*>(copyObjectImpl(relation->query));
        info.query->limitCount = LimitConst(limit);
        info.query->limitOption = LIMIT_OPTION_COUNT;
        rows = std::min(rows, static_cast<double>(limit));
        work.total -= (work.total - work.startup) * (1 - rows / std::max(rel->rows, 1.0));
        work.rows = rows;
    }
    CustomPath* path = MakePath(rel, rel->reltarget, info, rows, work);
    path->path.param_info = get_baserel_parampathinfo(root, rel, rel->lateral_relids);
    OnlyPath(rel, &path->path);
}

// PostgreSQL has made paths over the shell as over a plain table: the nodes will do no worse.
NodeWork CheapestLocalWork(const RelOptInfo* rel) {
    const Path* cheapest = nullptr;
    for (auto* path : Each<Path>(rel->pathlist))
        if (!path->param_info && (!cheapest || path->total_cost < cheapest->total_cost))
            cheapest = path;
    return cheapest ? NodeWork{cheapest->startup_cost, cheapest->total_cost, rel->rows}
                    : NodeWork{0, 0, rel->rows};
}

bool CanBeSent(const RestrictInfo* restriction, Node* clause, const Query* remote) {
    const bool sublink = pg::WalkNode(clause, [](Node* n, auto&& descend) {
        return IsA(n, SubPlan) || IsA(n, AlternativeSubPlan) || IsA(n, PlaceHolderVar) ||
               descend(n);
    });
    return !restriction->pseudoconstant && !sublink && IsRemotable(clause, remote, nullptr);
}

// The filters of the relation that the nodes apply, over the only entry of remote. Those of
// policies become conditions of that entry. What comes after a policy that stays here must not be
// asked of rows that it would hide, unless it tells nobody.
List* SendFilters(PlannerInfo* root, const RelOptInfo* rel, Index rti, Query* remote, List** sent) {
    auto* entry = linitial_node(RangeTblEntry, remote->rtable);
    entry->securityQuals = NIL;
    List* quals = NIL;
    Index stays = root->qual_security_level;  // that is the level of the user's own filters
    for (Index level = 0; level <= root->qual_security_level; level++)
        for (auto* restriction : Each<RestrictInfo>(rel->baserestrictinfo)) {
            if (restriction->security_level != level) continue;
            auto* clause = static_cast<Node*>(copyObjectImpl(restriction->clause));
            ChangeVarNodes(clause, static_cast<int>(rti), 1, 0);
            if (!CanBeSent(restriction, clause, remote)) {
                stays = std::min(stays, level);
                continue;
            }
            if (level > stays && !restriction->leakproof) continue;
            *sent = lappend(*sent, restriction);
            if (level == root->qual_security_level)
                quals = lappend(quals, clause);
            else
                entry->securityQuals = lappend(entry->securityQuals, clause);
        }
    return quals;
}

// SELECT of the needed attributes of one distributed table, with the filters that can run on the
// nodes.
void AddTablePath(PlannerInfo* root, RelOptInfo* rel, Index rti, const RangeTblEntry* rte) {
    if (pull_varnos(root, reinterpret_cast<Node*>(rte->tablesample)) != nullptr)
        RefuseFeature(psprintf("TABLESAMPLE of distributed table \"%s\" by values of other tables",
                               get_rel_name(rte->relid)),
                      "They can be given by a sub-query: LATERAL (SELECT … TABLESAMPLE …).");
    Bitmapset* needed = nullptr;
    pull_varattnos(reinterpret_cast<Node*>(rel->reltarget->exprs), rti, &needed);
    auto* remote = makeNode(Query);
    remote->commandType = CMD_SELECT;
    remote->canSetTag = true;
    remote->rtable = pg::MakeList(static_cast<RangeTblEntry*>(copyObjectImpl(rte)));
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    List* sent = NIL;
    List* quals = SendFilters(root, rel, rti, remote, &sent);
    for (auto* restriction : Each<RestrictInfo>(rel->baserestrictinfo))
        if (!list_member_ptr(sent, restriction))
            pull_varattnos(reinterpret_cast<Node*>(restriction->clause), rti, &needed);
    remote->jointree =
        makeFromExpr(pg::MakeList(reference),
                     quals ? reinterpret_cast<Node*>(make_ands_explicit(quals)) : nullptr);

    const Relation shell = table_open(rte->relid, NoLock);
    const TupleDesc descriptor = RelationGetDescr(shell);
    const bool whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, needed);
    List* attributes = NIL;
    for (AttrNumber attribute = 1; attribute <= descriptor->natts; attribute++) {
        const Form_pg_attribute column = TupleDescAttr(descriptor, attribute - 1);
        if (column->attisdropped) continue;
        if (!whole_row && !bms_is_member(attribute - FirstLowInvalidHeapAttributeNumber, needed))
            continue;
        attributes = lappend_int(attributes, attribute);
        remote->targetList = lappend(
            remote->targetList, makeTargetEntry(reinterpret_cast<Expr*>(makeVar(
                                                    1, attribute, column->atttypid,
                                                    column->atttypmod, column->attcollation, 0)),
                                                static_cast<AttrNumber>(list_length(attributes)),
                                                pstrdup(NameStr(column->attname)), false));
    }
    table_close(shell, NoLock);
    for (int system = FirstLowInvalidHeapAttributeNumber + 1; system < 0; system++)
        if (system != TableOidAttributeNumber &&
            bms_is_member(system - FirstLowInvalidHeapAttributeNumber, needed))
            ereport(
                ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("pgspan does not support system column \"%s\" of distributed table \"%s\"",
                       NameStr(SystemAttributeDefinition(static_cast<AttrNumber>(system))->attname),
                       get_rel_name(rte->relid)),
                errhint("Identify rows by the primary key; only tableoid is supported."));
    if (attributes == NIL) {
        // Only the number of rows matters: the distribution column stands for them.
        const metadata::Table* table = metadata::FindTable(rte->relid);
        attributes = lappend_int(NIL, table->distribution_column);
        remote->targetList = pg::MakeList(makeTargetEntry(
            reinterpret_cast<Expr*>(makeVar(1, table->distribution_column, table->distribution_type,
                                            table->distribution_typmod,
                                            get_typcollation(table->distribution_type), 0)),
            1, pstrdup("key"), false));
    }
    RemotePath info = {};
    info.query = remote;
    const Level level = {remote, nullptr};
    info.shape = AnalyzeQuery(level).from;
    if (!info.shape.IsDistributed())
        elog(ERROR, "unexpected shape of a scan of relation %u", rte->relid);
    info.attributes = attributes;
    info.pushed = sent;
    CustomPath* path = MakePath(rel, rel->reltarget, info, rel->rows, CheapestLocalWork(rel));
    path->path.param_info = get_baserel_parampathinfo(root, rel, rel->lateral_relids);
    OnlyPath(rel, &path->path);
}

void RelPathlistHook(PlannerInfo* root, RelOptInfo* rel, Index rti, RangeTblEntry* rte) {
    if (previous_rel_pathlist_hook) previous_rel_pathlist_hook(root, rel, rti, rte);
    pg::Entry([&] {
        if (RemoteRelation* relation = RemoteRelationOf(rte)) {
            if (IS_DUMMY_REL(rel)) return;
            AddRemoteRelationPath(root, rel, rti, relation);
            AddBaseParts(root, rel, rte);
            return;
        }
        if (IsLocalPart(rte) && metadata::FindTable(rte->relid)) {
            // The named table itself stands for what is local below it.
            if (!rte->inh) mark_dummy_rel(rel);
            return;
        }
        const bool is_table = rte->rtekind == RTE_RELATION && !IS_DUMMY_REL(rel);
        if (is_table && rte->relkind == RELKIND_PARTITIONED_TABLE)
            MendContainer(root, rel, rte);
        else if (is_table && metadata::FindTable(rte->relid))
            UseUniqueKeys(root, rel);
        if (IsEstimating()) return;
        if (plan::ModifyPlan* modify = ModifyPlanOf(rte)) {
            // Without rows there is nothing to write, but triggers of the statement fire.
            if (!IS_DUMMY_REL(rel) || modify->triggers.commands != 0)
                AddModifyPath(root, rel, rte, modify);
            return;
        }
        AddBaseParts(root, rel, rte);
        if (rte->rtekind != RTE_RELATION || IS_DUMMY_REL(rel)) return;
        const metadata::Table* table = metadata::FindTable(rte->relid);
        if (!table || !table->IsHash()) return;
        if (root->parse->rowMarks ||
            (root->parse->commandType != CMD_SELECT && root->parse->commandType != CMD_INSERT))
            ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("pgspan does not support this use of distributed table \"%s\" yet",
                           get_rel_name(rte->relid)),
                    errdetail("The statement locks or changes rows, and cannot run on the nodes as "
                              "a whole."));
        AddTablePath(root, rel, rti, rte);
    });
}

// A shell holds no rows; its size is that of the distributed table.
void RelationInfoHook(PlannerInfo* root, Oid relation, bool inhparent, RelOptInfo* rel) {
    if (previous_relation_info_hook) previous_relation_info_hook(root, relation, inhparent, rel);
    pg::Entry([&] {
        const metadata::Table* table = metadata::FindTable(relation);
        if (table && table->IsHash()) SetShellSize(*table, rel);
    });
}

// Sorting
// -------------------------------------------------------------------------------------------------------

void AddOrderedPath(PlannerInfo* root, RelOptInfo* input, RelOptInfo* output) {
    RemoteRelation* relation = SoleRelation(root, input);
    const int64 limit = KnownLimit(root->parse);
    if (!relation || limit < 0 || !IsPlainSelection(root->parse) || root->hasPseudoConstantQuals)
        return;
    RemotePath info = {};
    info.query = static_cast<Query*>(copyObjectImpl(relation->query));
    info.shape = relation->shape;
    info.scan_target = ColumnVars(*relation, input->relid);
    Index reference = 0;
    for (auto* clause : Each<SortGroupClause>(root->parse->sortClause)) {
        Node* local = get_sortgroupclause_expr(clause, root->processed_tlist);
        if (IsComputableUpFront(local) && !contain_volatile_functions(local))
            continue;  // the same for all rows
        Node* expr = ToRemote(local, *relation, input->relid);
        if (!expr || contain_volatile_functions(expr)) return;
        TargetEntry* entry = nullptr;
        for (auto* known : Each<TargetEntry>(info.query->targetList))
            if (equal(known->expr, expr)) entry = known;
        if (!entry) {
            const auto number = static_cast<AttrNumber>(list_length(info.query->targetList) + 1);
            entry = makeTargetEntry(reinterpret_cast<Expr*>(expr), number, psprintf("c%d", number),
                                    false);
            info.query->targetList = lappend(info.query->targetList, entry);
            info.scan_target = lappend(info.scan_target, local);
        }
        if (entry->ressortgroupref == 0) entry->ressortgroupref = ++reference;
        auto* copy = static_cast<SortGroupClause*>(copyObjectImpl(clause));
        copy->tleSortGroupRef = entry->ressortgroupref;
        info.query->sortClause = lappend(info.query->sortClause, copy);
        info.order.columns = lappend_int(info.order.columns, entry->resno);
        info.order.operators = lappend_oid(info.order.operators, clause->sortop);
        info.order.collations = lappend_oid(info.order.collations, exprCollation(expr));
        info.order.nulls_first = lappend_int(info.order.nulls_first, clause->nulls_first ? 1 : 0);
    }
    info.query->limitCount = LimitConst(limit);
    info.query->limitOption = LIMIT_OPTION_COUNT;
    const double rows = std::min(input->rows, static_cast<double>(limit));
    CustomPath* path =
        MakePath(input, root->upper_targets[UPPERREL_ORDERED], info, rows,
                 WorkOn(root, relation, std::min(input->rows, rows * CountNodes(relation->shape)),
                        cpu_operator_cost));
    path->path.pathkeys = root->sort_pathkeys;
    OnlyPath(output, &path->path);
}

void UpperPathsHook(PlannerInfo* root, UpperRelationKind stage, RelOptInfo* input,
                    RelOptInfo* output, void* extra) {
    if (previous_upper_paths_hook) previous_upper_paths_hook(root, stage, input, output, extra);
    pg::Entry([&] {
        if (root->parse->commandType != CMD_SELECT && root->parse->commandType != CMD_INSERT)
            return;
        if (stage == UPPERREL_GROUP_AGG)
            AddGroupingPaths(root, input, output, static_cast<GroupPathExtraData*>(extra));
        else if (stage == UPPERREL_ORDERED)
            AddOrderedPath(root, input, output);
    });
}

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

void InstallPathHooks() {
    previous_rel_pathlist_hook = set_rel_pathlist_hook;
    set_rel_pathlist_hook = RelPathlistHook;
    previous_upper_paths_hook = create_upper_paths_hook;
    create_upper_paths_hook = UpperPathsHook;
    previous_relation_info_hook = get_relation_info_hook;
    get_relation_info_hook = RelationInfoHook;
    InstallEstimateHooks();
    InstallJoinHook();
}

}  // namespace pgspan::planner
