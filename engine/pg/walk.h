// Tree walkers and mutators with lambdas for callbacks: on PostgreSQL 15 the callback type of
// expression_tree_walker does not convert from typed functions, so the casts live here.
//
// A visitor gets each node (never nullptr) and returns true to stop. To descend it calls the walker
// again through the function it is handed:
//
//   WalkNode(node, [&](Node* n, auto&& descend) { if (IsA(n, Var)) ...; return descend(n); });
//
// descend(n) visits the children of n; sub-Queries are visited as nodes (descend into them visits
// their parts).
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

template <typename Visitor>
struct Walker {
    Visitor& visit;
    int flags;

    static bool Step(Node* node, void* self) {
        if (node == nullptr) return false;
        auto* walker = static_cast<Walker*>(self);
        return walker->visit(node, [walker](Node* n) { return walker->Descend(n); });
    }
    bool Descend(Node* n) {
        using Callback = bool (*)();
        auto step = reinterpret_cast<Callback>(&Step);
        if (IsA(n, Query)) return query_tree_walker(reinterpret_cast<Query*>(n), step, this, flags);
        return expression_tree_walker(n, step, this);
    }
};

// flags: QTW_* for sub-Queries (QTW_EXAMINE_RTES_BEFORE makes range-table entries visible as
// nodes).
template <typename Visitor>
bool WalkNode(Node* node, Visitor&& visit, int flags = 0) {
    Walker<std::remove_reference_t<Visitor>> walker{visit, flags};
    return decltype(walker)::Step(node, &walker);
}

template <typename Visitor>
struct Mutator {
    Visitor& visit;
    int flags;

    static Node* Step(Node* node, void* self) {
        if (node == nullptr) return nullptr;
        auto* mutator = static_cast<Mutator*>(self);
        return mutator->visit(node, [mutator](Node* n) { return mutator->Descend(n); });
    }
    Node* Descend(Node* n) {
        using Callback = Node* (*)();
        auto step = reinterpret_cast<Callback>(&Step);
        if (IsA(n, Query))
            return reinterpret_cast<Node*>(
                query_tree_mutator(reinterpret_cast<Query*>(n), step, this, flags));
        return expression_tree_mutator(n, step, this);
    }
};

// visit(node, descend) returns the node's replacement; descend(n) copies n with its children
// replaced.
template <typename Visitor>
Node* MutateNode(Node* node, Visitor&& visit, int flags = 0) {
    Mutator<std::remove_reference_t<Visitor>> mutator{visit, flags};
    return decltype(mutator)::Step(node, &mutator);
}

}  // namespace pgspan::pg
