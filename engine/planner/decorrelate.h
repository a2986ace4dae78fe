// Correlated sub-queries that no node can compute beside the rows that ask for them.
//
//   SELECT … FROM f WHERE w AND f.x < (SELECT avg(t.y) FROM t WHERE t.k = f.k)
//
// would ask the nodes once for each row of f. It becomes one question for all rows:
//
//   WITH o AS MATERIALIZED (SELECT … FROM f WHERE w)
//   SELECT … FROM o, (SELECT k.k, avg(t.y) AS v FROM (SELECT DISTINCT k FROM o) k, t
//                     WHERE t.k = k.k GROUP BY k.k) s
//   WHERE o.k = s.k AND o.x < s.v
//
// The keys are few where f is filtered, and travel to the nodes like the rows of any small
// relation.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Rewrites the conjuncts of the level's WHERE that hold such a sub-query, where that gives the same
// rows: an aggregate over all rows without HAVING, correlated by equalities only, in a condition
// that no NULL satisfies. False if there was none. Precondition: flattened joins.
bool DecorrelateLevel(Query* query);

}  // namespace pgspan::planner
