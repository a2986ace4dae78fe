#include "engine/planner/hash_equality.h"

extern "C" {
#include "access/hash.h"
}

namespace pgspan::planner {

Node* StripRelabel(Node* node) {
    while (node && IsA(node, RelabelType))
        node = reinterpret_cast<Node*>(reinterpret_cast<RelabelType*>(node)->arg);
    return node;
}

bool IsHashEquality(Node* clause, const metadata::Table& table, Node** left, Node** right) {
    if (!IsA(clause, OpExpr)) return false;
    auto* op = reinterpret_cast<OpExpr*>(clause);
    if (list_length(op->args) != 2 ||
        get_op_opfamily_strategy(op->opno, table.hash_opfamily) != HTEqualStrategyNumber)
        return false;
    const Oid collation = table.distribution_collation;
    if (op->inputcollid != collation && !(OidIsValid(op->inputcollid) && OidIsValid(collation) &&
                                          get_collation_isdeterministic(op->inputcollid) &&
                                          get_collation_isdeterministic(collation)))
        return false;
    *left = static_cast<Node*>(linitial(op->args));
    *right = static_cast<Node*>(lsecond(op->args));
    return true;
}

}  // namespace pgspan::planner
