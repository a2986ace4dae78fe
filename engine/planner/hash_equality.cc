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

bool IsHashOperator(Oid op, Oid collation, const metadata::Table& table) {
    if (get_op_opfamily_strategy(op, table.hash_opfamily) != HTEqualStrategyNumber) return false;
    const Oid own = table.distribution_collation;
    return collation == own ||
           (OidIsValid(collation) && OidIsValid(own) && get_collation_isdeterministic(collation) &&
            get_collation_isdeterministic(own));
}

bool IsHashEquality(Node* clause, const metadata::Table& table, Node** left, Node** right) {
    if (!IsA(clause, OpExpr)) return false;
    auto* op = reinterpret_cast<OpExpr*>(clause);
    if (list_length(op->args) != 2 || !IsHashOperator(op->opno, op->inputcollid, table))
        return false;
    *left = static_cast<Node*>(linitial(op->args));
    *right = static_cast<Node*>(lsecond(op->args));
    return true;
}

}  // namespace pgspan::planner
