// The sub-queries of an expression that are evaluated whenever the expression is, and expressions
// in which some of them stand for something else.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// List of SubLink*: those of the expression itself (not those inside other sub-queries) that stand
// in no branch of CASE but the first condition, no argument of COALESCE but the first, and not
// beside a FILTER. outside_aggregates: nor inside an aggregate.
List* AskedSublinks(Node* expression, bool outside_aggregates);
// The same, those inside aggregates alone.
List* SublinksInAggregates(Node* expression);

// A copy of the expression in which each of these parts of it (sub-queries for example; by address)
// is the placeholder of its position.
Node* WithPlaceholders(Node* expression, const List* parts, int first = 0);
// A copy in which each placeholder is the expression at its position in `replacements`.
Node* WithoutPlaceholders(Node* expression, const List* replacements);

}  // namespace pgspan::planner
