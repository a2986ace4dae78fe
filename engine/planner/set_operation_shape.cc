#include "engine/planner/set_operation_shape.h"

#include "engine/planner/safety.h"

extern "C" {
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

// Leaves of a set operation must all be distributed over one group; duplicates are found on the
// nodes only if a column that is the key in every leaf tells them apart.
struct SetLeaves {
    Shape shape;
    List* key_columns = NIL;
    bool seen = false;
    bool replicated = false;
};

const char* AddLeaf(SetLeaves* leaves, Index varno, const Level& level) {
    const RangeTblEntry* rte = rt_fetch(varno, level.query->rtable);
    const Level inner_level = {rte->subquery, &level};
    const QueryShape inner = AnalyzeQuery(inner_level);
    if (inner.whole.IsUnpushable()) return inner.whole.reason;
    if (inner.whole.pin && IsA(inner.whole.pin, Var)) return "a correlated set operation";
    if (inner.whole.IsReplicated()) {
        leaves->replicated = true;
        return nullptr;
    }
    if (!leaves->seen) {
        leaves->shape = inner.whole;
        leaves->key_columns = inner.key_columns;
        leaves->seen = true;
        return nullptr;
    }
    if (!SameGroup(leaves->shape, inner.whole))
        return "a set operation over tables that are not colocated";
    if (!(leaves->shape.pin && inner.whole.pin && equal(leaves->shape.pin, inner.whole.pin)))
        leaves->shape.pin = nullptr;
    leaves->key_columns = list_intersection_int(leaves->key_columns, inner.key_columns);
    return nullptr;
}

const char* AddLeaves(SetLeaves* leaves, Node* node, const Level& level, bool* all_union_all) {
    if (IsA(node, RangeTblRef))
        return AddLeaf(leaves, static_cast<Index>(reinterpret_cast<RangeTblRef*>(node)->rtindex),
                       level);
    auto* operation = castNode(SetOperationStmt, node);
    if (operation->op != SETOP_UNION || !operation->all) *all_union_all = false;
    const char* reason = nullptr;
    if (!IsRemotable(reinterpret_cast<Node*>(operation->groupClauses), level.query, &reason))
        return reason;
    reason = AddLeaves(leaves, operation->larg, level, all_union_all);
    return reason ? reason : AddLeaves(leaves, operation->rarg, level, all_union_all);
}

}  // namespace

QueryShape AnalyzeSetOperation(const Level& level) {
    const Query* query = level.query;
    QueryShape result = {};
    SetLeaves leaves;
    bool all_union_all = true;
    const char* reason = AddLeaves(&leaves, query->setOperations, level, &all_union_all);
    if (!reason && leaves.seen && !leaves.shape.pin) {
        if (leaves.replicated) reason = "a set operation of distributed and reference tables";
        if (!all_union_all && leaves.key_columns == NIL)
            reason = "a set operation without the distribution column";
        if (query->limitCount || query->limitOffset) reason = "LIMIT";
    }
    if (!reason && !leaves.seen && (query->limitCount || query->limitOffset)) reason = "LIMIT";
    result.from = Unpushable("a set operation");
    result.whole = reason ? Unpushable(reason) : leaves.seen ? leaves.shape : Shape{};
    result.key_columns = leaves.key_columns;
    if (!reason && leaves.shape.pin) result.from = leaves.shape;
    return result;
}

}  // namespace pgspan::planner
