#include "engine/planner/remote_relation_path.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/awaited_values.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/estimate.h"
#include "engine/planner/remote_path.h"
#include "engine/planner/safety.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

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

void LimitRows(Query* remote, int64 limit) {
    remote->limitCount = reinterpret_cast<Node*>(
        makeConst(INT8OID, -1, InvalidOid, 8, Int64GetDatum(limit), false, true));
    remote->limitOption = LIMIT_OPTION_COUNT;
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

// The column of the remote query that is expr, which the level knows as local.
TargetEntry* ColumnOf(RemotePath* info, Node* expr, Node* local) {
    TargetEntry* entry = nullptr;
    for (auto* known : Each<TargetEntry>(info->query->targetList))
        if (equal(known->expr, expr)) entry = known;
    if (entry) return entry;
    const auto number = static_cast<AttrNumber>(list_length(info->query->targetList) + 1);
    entry = makeTargetEntry(reinterpret_cast<Expr*>(expr), number, psprintf("c%d", number), false);
    info->query->targetList = lappend(info->query->targetList, entry);
    info->scan_target = lappend(info->scan_target, local);
    return entry;
}

// The nodes' rows in the order that the level asks for; false if they cannot compute it.
bool OrderLikeLevel(const PlannerInfo* root, const RemoteRelation& relation, Index varno,
                    RemotePath* info) {
    Index reference = 0;
    if (WhySortsHere(root->parse)) return false;
    for (auto* clause : Each<SortGroupClause>(root->parse->sortClause)) {
        Node* local = get_sortgroupclause_expr(clause, root->processed_tlist);
        if (IsComputableUpFront(local) && !contain_volatile_functions(local))
            continue;  // the same for all rows
        Node* expr = ToRemote(local, relation, varno);
        if (!expr || contain_volatile_functions(expr) ||
            !IsRemotable(reinterpret_cast<Node*>(clause), root->parse, nullptr))
            return false;
        TargetEntry* entry = ColumnOf(info, expr, local);
        if (entry->ressortgroupref == 0) entry->ressortgroupref = ++reference;
        auto* copy = static_cast<SortGroupClause*>(copyObjectImpl(clause));
        copy->tleSortGroupRef = entry->ressortgroupref;
        info->query->sortClause = lappend(info->query->sortClause, copy);
        RunOrder* order = &info->order;
        order->columns = lappend_int(order->columns, entry->resno);
        order->operators = lappend_oid(order->operators, clause->sortop);
        order->collations = lappend_oid(order->collations, exprCollation(expr));
        order->nulls_first = lappend_int(order->nulls_first, clause->nulls_first ? 1 : 0);
    }
    return true;
}

// True if the level is nothing but the relation's first rows, whichever.
bool WantsAnyRows(const PlannerInfo* root, const RelOptInfo* rel) {
    return !root->parse->sortClause && IsPlainSelection(root->parse) &&
           rel->baserestrictinfo == NIL && bms_membership(root->all_baserels) == BMS_SINGLETON &&
           !root->hasPseudoConstantQuals && root->parse->commandType == CMD_SELECT;
}

// WHERE false, here or below: what stands above it in WHERE is not evaluated either.
bool HasNoRows(const Query* query) {
    check_stack_depth();
    if (query->commandType != CMD_SELECT || query->hasModifyingCTE || query->groupingSets ||
        query->hasAggs || query->havingQual || query->setOperations || query->rowMarks)
        return false;
    for (auto* conjunct : Each<Node>(ConjunctsOf(query->jointree->quals))) {
        if (!IsA(conjunct, Const)) continue;
        const auto* known = reinterpret_cast<const Const*>(conjunct);
        if (known->constisnull || !DatumGetBool(known->constvalue)) return true;
    }
    for (auto* item : Each<Node>(query->jointree->fromlist)) {
        if (!IsA(item, RangeTblRef)) continue;
        const auto* entry =
            rt_fetch(reinterpret_cast<const RangeTblRef*>(item)->rtindex, query->rtable);
        if (entry->rtekind == RTE_SUBQUERY && HasNoRows(entry->subquery)) return true;
    }
    return false;
}

}  // namespace

void AddRemoteRelationPath(PlannerInfo* root, RelOptInfo* rel, Index rti,
                           RemoteRelation* relation) {
    if (HasNoRows(relation->query)) {
        mark_dummy_rel(rel);
        return;
    }
    const Estimate& estimate = EstimateOf(relation, root->glob->boundParams);
    SetWidths(rel, estimate);
    NodeWork work = {estimate.startup_cost, estimate.total_cost, estimate.rows};
    double rows = rel->rows;
    RemotePath info = {};
    info.query = relation->query;
    info.shape = relation->shape;
    info.scan_target = ColumnVars(relation->query, rti);
    if (rel->baserestrictinfo != NIL) {
        info.query = static_cast<Query*>(copyObjectImpl(relation->query));
        info.pushed = SendAwaitedFilters(root, rel, *relation, info.query);
        if (info.pushed != NIL) work.rows = rows;
    }
    const int64 limit = KnownLimit(root->parse);
    if (limit >= 0 && WantsAnyRows(root, rel)) {
        info.query = static_cast<Query*>(copyObjectImpl(relation->query));
        LimitRows(info.query, limit);
        rows = std::min(rows, static_cast<double>(limit));
        work.total -= (work.total - work.startup) * (1 - rows / std::max(rel->rows, 1.0));
        work.rows = rows;
    }
    CustomPath* path = MakeRemotePath(rel, rel->reltarget, info, rows, work);
    path->path.param_info = get_baserel_parampathinfo(root, rel, rel->lateral_relids);
    OnlyPath(rel, &path->path);
}

void AddOrderedPath(PlannerInfo* root, RelOptInfo* input, RelOptInfo* output) {
    RemoteRelation* relation = SoleRelation(root, input);
    const int64 limit = KnownLimit(root->parse);
    if (!relation || limit < 0 || !IsPlainSelection(root->parse) || root->hasPseudoConstantQuals)
        return;
    RemotePath info = {};
    info.query = static_cast<Query*>(copyObjectImpl(relation->query));
    info.shape = relation->shape;
    info.scan_target = ColumnVars(relation->query, input->relid);
    if (!OrderLikeLevel(root, *relation, input->relid, &info)) return;
    LimitRows(info.query, limit);
    const double rows = std::min(input->rows, static_cast<double>(limit));
    const Estimate& estimate = EstimateOf(relation, root->glob->boundParams);
    const NodeWork work = {estimate.startup_cost,
                           estimate.total_cost + estimate.rows * cpu_operator_cost,
                           std::min(input->rows, rows * CountNodes(relation->shape))};
    CustomPath* path =
        MakeRemotePath(input, root->upper_targets[UPPERREL_ORDERED], info, rows, work);
    path->path.pathkeys = root->sort_pathkeys;
    OnlyPath(output, &path->path);
}

}  // namespace pgspan::planner
