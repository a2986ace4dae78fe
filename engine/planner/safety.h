// Which expressions may be computed on another node than the one where the user's session is.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True if every function in the expression gives on any node what it would give here: built-in or
// of an extension, and not bound to the session or transaction (PARALLEL SAFE; random() and the
// like are fine too), and every type in it exists on any node. System columns and whole rows of
// distributed tables, CURRENT OF and NEXTVAL are not. Parts that are computed before the statement
// runs (NeedsEvaluationHere) may be anything. Sub-queries inside are not looked into. *reason (if
// given) receives why not.
bool IsRemotable(Node* expression, const Query* level, const char** reason);

// Why no node can sort as the level does, by ORDER BY or in windows: OIDs of objects differ between
// nodes. nullptr if nothing forbids it.
const char* WhySortsHere(const Query* level);

// True for an expression that is to be computed before the statement runs, and travels as a value:
// it gives another result elsewhere or later, or names what other nodes do not know.
bool NeedsEvaluationHere(Node* expression);

// False for rows of types that have no name, and for arrays of such rows: they cannot be sent to
// another node, or read back from it.
bool CanTravel(Oid type);

// True for a constant, a cast or a row constructor: in SQL it names the type of its result.
bool NamesItsType(const Node* node);

// True if a query level over reference tables may give other rows on another node, whose copies
// hold the same rows in another order: LIMIT, windows, DISTINCT ON, samples, volatile functions,
// and aggregates that are not the same in any order. Sub-queries inside are not looked into, but
// for volatile functions.
bool MayDifferBetweenCopies(Query* level);

// Parameters with larger numbers than any of the user's stand for values that come with the rows of
// an INSERT (insert_write.cc).
inline constexpr int kColumnParameters = 1 << 24;

// True if the expression has no Vars, aggregates, sub-queries, executor parameters or values that
// come with rows: its value can be computed before the statement runs.
bool IsComputableUpFront(Node* expression);

}  // namespace pgspan::planner
