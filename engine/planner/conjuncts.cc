#include "engine/planner/conjuncts.h"

extern "C" {
#include "nodes/makefuncs.h"
}

namespace pgspan::planner {

List* ConjunctsOf(Node* condition) {
    return make_ands_implicit(reinterpret_cast<Expr*>(condition));
}

Node* AllOf(List* conjuncts) {
    return conjuncts ? reinterpret_cast<Node*>(make_ands_explicit(conjuncts)) : nullptr;
}

}  // namespace pgspan::planner
