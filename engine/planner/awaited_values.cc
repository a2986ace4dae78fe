#include "engine/planner/awaited_values.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/safety.h"
#include "engine/planner/modify_path.h"

extern "C" {
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// Inside a sub-query that is asked for each row of a level above, values may change with the row:
// then the relation would be asked for anew, where it is read once now.
bool MayDependOnRows(const PlannerInfo* root) {
    for (const PlannerInfo* upper = root->parent_root; upper; upper = upper->parent_root)
        if (upper->plan_params != NIL) return true;
    return false;
}

bool IsAwaitedValue(const PlannerInfo* root, const Node* node) {
    if (!IsA(node, Param)) return false;
    const auto* param = reinterpret_cast<const Param*>(node);
    if (param->paramkind != PARAM_EXEC || !CanTravel(param->paramtype)) return false;
    for (const PlannerInfo* level = root; level; level = level->parent_root)
        for (auto* plan : Each<SubPlan>(level->init_plans))
            if (list_member_int(plan->setParam, param->paramid)) return true;
    return false;
}

int CountWrites(const PlannerInfo* root) {
    while (root->parent_root) root = root->parent_root;
    int count = 0;
    pg::WalkNode(
        reinterpret_cast<Node*>(root->parse),
        [&](Node* node, auto&& descend) {
            if (!IsA(node, RangeTblEntry)) return descend(node);
            if (ModifyPlanOf(reinterpret_cast<RangeTblEntry*>(node))) count++;
            return false;
        },
        QTW_EXAMINE_RTES_BEFORE | QTW_IGNORE_JOINALIASES);
    return count;
}

// What a statement reads has to be asked for before its first write (executor/statement_reads.h),
// when values may not be known: only the rows that a single write locks surely come before it.
bool IsReadInTime(const PlannerInfo* root, const RemoteRelation& relation) {
    const int writes = CountWrites(root);
    return writes == 0 || (writes == 1 && relation.query->rowMarks != NIL);
}

bool IsPlain(const Query* query) {
    return !query->groupClause && !query->groupingSets && !query->distinctClause &&
           !query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs &&
           !query->havingQual && !query->setOperations && !query->limitCount && !query->limitOffset;
}

List** ArgumentsOf(Node* clause) {
    if (IsA(clause, OpExpr)) return &reinterpret_cast<OpExpr*>(clause)->args;
    if (IsA(clause, ScalarArrayOpExpr)) return &reinterpret_cast<ScalarArrayOpExpr*>(clause)->args;
    return nullptr;
}

// A comparison with an awaited value as one over the remote query's FROM; nullptr if it is none, or
// cannot run there.
Node* ToAwaitedFilter(const PlannerInfo* root, Index rti, const RemoteRelation& relation,
                      const Expr* condition) {
    auto* clause = static_cast<Node*>(copyObjectImpl(condition));
    List** arguments = ArgumentsOf(clause);
    if (!arguments || list_length(*arguments) != 2) return nullptr;
    for (int place = 0; place < 2; place++) {
        ListCell* cell = list_nth_cell(*arguments, place);
        auto* value = static_cast<Node*>(lfirst(cell));
        if (!IsAwaitedValue(root, value)) continue;
        // For the nodes it is a value like any other.
        lfirst(cell) = makeNullConst(exprType(value), exprTypmod(value), exprCollation(value));
        Node* mapped = ToRemote(clause, relation, rti);
        if (!mapped || contain_volatile_functions(mapped) || checkExprHasSubLink(mapped))
            return nullptr;
        lfirst(list_nth_cell(*ArgumentsOf(mapped), place)) = value;
        return mapped;
    }
    return nullptr;
}

}  // namespace

List* SendAwaitedFilters(PlannerInfo* root, const RelOptInfo* rel, const RemoteRelation& relation,
                         Query* remote) {
    if (!IsPlain(relation.query) || MayDependOnRows(root)) return NIL;
    List* sent = NIL;
    for (auto* restriction : Each<RestrictInfo>(rel->baserestrictinfo)) {
        // What comes after a policy must not be asked of rows that this would hide.
        if (restriction->pseudoconstant ||
            (restriction->security_level > 0 && !restriction->leakproof))
            continue;
        Node* filter = ToAwaitedFilter(root, rel->relid, relation, restriction->clause);
        if (!filter) continue;
        if (sent == NIL && !IsReadInTime(root, relation)) return NIL;
        remote->jointree->quals = make_and_qual(remote->jointree->quals, filter);
        sent = lappend(sent, restriction);
    }
    return sent;
}

}  // namespace pgspan::planner
