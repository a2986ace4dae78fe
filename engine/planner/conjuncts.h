// Conditions as lists of what must hold at once. Called by whatever takes conditions apart.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// What the condition is the AND of; NIL for nullptr.
List* ConjunctsOf(Node* condition);

// The AND of the conjuncts, which it takes over; nullptr for NIL.
Node* AllOf(List* conjuncts);

}  // namespace pgspan::planner
