#include "engine/planner/sublink_shape.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/hash_equality.h"

namespace pgspan::planner {

namespace {

using pg::Each;

// x IN (SELECT key …) as a conjunct: matches can only be in the shard of x.
bool IsKeyMembership(const SubLink* sublink, const Shape& from, const QueryShape& inner) {
    if (sublink->subLinkType != ANY_SUBLINK || !inner.whole.IsDistributed()) return false;
    List* tests = ConjunctsOf(sublink->testexpr);
    for (auto* test : Each<Node>(tests)) {
        Node* left = nullptr;
        Node* right = nullptr;
        if (!IsHashEquality(test, *from.anchor, &left, &right)) continue;
        left = StripRelabel(left);
        right = StripRelabel(right);
        if (!IsA(left, Var) || !IsA(right, Param) || !IsKey(from, reinterpret_cast<Var*>(left)))
            continue;
        const auto* param = reinterpret_cast<Param*>(right);
        if (param->paramkind == PARAM_SUBLINK && list_member_int(inner.key_columns, param->paramid))
            return true;
    }
    return false;
}

// True if the sub-query, evaluated on a node beside `from`, sees all that it needs there. May pin a
// replicated `from`.
bool SublinkFits(const SubLink* sublink, Shape* from, const Level& level, bool is_conjunct) {
    const Level inner_level = {castNode(Query, sublink->subselect), &level};
    const QueryShape inner = AnalyzeQuery(inner_level);
    if (inner.whole.IsUnpushable()) return false;
    if (inner.whole.IsReplicated()) return true;
    if (from->IsReplicated()) {
        if (!inner.whole.pin || IsA(inner.whole.pin, Var)) return false;
        from->kind = Shape::Kind::kDistributed;
        from->anchor = inner.whole.anchor;
        from->pin = inner.whole.pin;
        return true;
    }
    if (!SameGroup(*from, inner.whole)) return false;
    Expr* pin = inner.whole.pin;
    if (pin && IsA(pin, Var)) {
        Var outer = *reinterpret_cast<Var*>(pin);
        if (outer.varlevelsup != 1) return false;
        outer.varlevelsup = 0;
        return IsKey(*from, &outer);
    }
    if (pin && from->pin && equal(pin, from->pin)) return true;
    return is_conjunct && IsKeyMembership(sublink, *from, inner);
}

}  // namespace

bool SublinksFit(Node* expression, Shape* from, const Level& level) {
    if (expression && IsA(expression, SubLink) &&
        SublinkFits(reinterpret_cast<SubLink*>(expression), from, level, true))
        return !pg::WalkNode(reinterpret_cast<SubLink*>(expression)->testexpr,
                             [](Node* n, auto&& descend) { return IsA(n, SubLink) || descend(n); });
    return !pg::WalkNode(expression, [&](Node* node, auto&& descend) {
        if (IsA(node, SubLink))
            return !SublinkFits(reinterpret_cast<SubLink*>(node), from, level, false) ||
                   descend(reinterpret_cast<SubLink*>(node)->testexpr
                               ? reinterpret_cast<SubLink*>(node)->testexpr
                               : node);
        if (IsA(node, Query)) return false;
        return descend(node);
    });
}

bool NodesCanAnswer(const SubLink* sublink, const Shape& from, const Level& level) {
    Shape shape = from;
    return from.IsDistributed() && SublinkFits(sublink, &shape, level, false);
}

}  // namespace pgspan::planner
