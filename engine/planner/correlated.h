// A correlated sub-query as a question about keys: the expressions of the level above that it
// compares its own rows with. It can be asked for many keys at once where
//
//   SELECT value FROM t WHERE t.k = f.k AND …      becomes
//   SELECT keys.k, value FROM keys, t WHERE t.k = keys.k AND … GROUP BY keys.k
//
// gives for each key what it gave for the rows with that key, and nothing for keys for which it
// found no rows.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

struct Correlated {
    SubLink* sublink;  // in the clauses of the level above
    List* keys;        // Exprs over that level, as the sub-query names them (varlevelsup 1)
    Const* nothing;    // the value when no rows are found
};

// nullptr unless the sub-query gives one value, is correlated by comparisons of keys with columns
// of its own alone, is sure to be without a value for keys that are NULL, and gives the same value
// for keys that are equal.
Correlated* Examine(SubLink* sublink);

// The sub-query for all rows of `keys`, an entry whose columns are the keys. It returns the keys,
// then the value. Its keys are never NULL.
Query* MakeAnswer(const Correlated& correlated, RangeTblEntry* keys);

// Adds an entry to FROM.
int AddToFrom(Query* query, RangeTblEntry* entry);
// Marks a column as one by which rows are told apart.
SortGroupClause* MakeGroupClause(TargetEntry* entry, Index reference);
TargetEntry* MakeKeyTarget(Expr* key, AttrNumber number);

}  // namespace pgspan::planner
