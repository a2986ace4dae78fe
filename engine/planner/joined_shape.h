// The shape of items that are joined by inner joins, from their shapes and the conditions over all
// of them. Called by from_shape.cc only.
#pragma once

#include "engine/planner/shape.h"

namespace pgspan::planner {

// An inner-joined group of items and the conjuncts that hold over them.
struct JoinedItems {
    List* items = NIL;      // of Shape*
    List* conjuncts = NIL;  // of Node*
};

void AddConjuncts(JoinedItems* joined, Node* quals);

// Distributed items become one shape where equalities of their keys or equal pins join them all.
Shape CombineJoined(const JoinedItems& joined);

}  // namespace pgspan::planner
