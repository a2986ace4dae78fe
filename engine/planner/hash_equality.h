// Which clauses equate two expressions in the way in which a table's rows are hashed. Whatever
// looks for values of distribution columns asks here.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True if what the operator takes for equal, under the collation, is hashed alike.
bool IsHashOperator(Oid op, Oid collation, const metadata::Table& table);

// If the clause equates two expressions in the way in which the table's rows are hashed: both
// sides.
bool IsHashEquality(Node* clause, const metadata::Table& table, Node** left, Node** right);

// What a change of type without a change of value is applied to.
Node* StripRelabel(Node* node);

}  // namespace pgspan::planner
