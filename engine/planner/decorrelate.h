// Correlated sub-queries that no node can compute beside the rows that ask for them.
//
//   SELECT f.y, (SELECT count(*) FROM t WHERE t.k = f.k) FROM f WHERE w
//
// would be answered row by row of f. It becomes one question for all rows:
//
//   WITH o AS MATERIALIZED (SELECT … FROM f WHERE w)
//   SELECT o.y, CASE WHEN s.k IS NULL THEN 0 ELSE s.v END
//   FROM o LEFT JOIN (SELECT k.k, count(*) AS v FROM (SELECT DISTINCT k FROM o) k, t
//                     WHERE t.k = k.k GROUP BY k.k) s ON o.k = s.k
//
// The keys are few where f is filtered, and travel to the nodes like the rows of any small
// relation. Where a condition in WHERE is true for no row without an answer, PostgreSQL turns the
// left join into an inner one. A level that groups is cut in two where the sub-query is asked for
// each group (group_level.h), and ORDER BY … LIMIT goes into o where only rows that remain are
// asked for.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Rewrites the level's sub-queries of that kind (correlated.h) in WHERE, HAVING and the target list
// (with ORDER BY), but for those that PostgreSQL may never evaluate (behind CASE, COALESCE and
// FILTER), and those that nodes can answer. False if there was none. Precondition: flattened joins.
bool DecorrelateLevel(Query* query);

}  // namespace pgspan::planner
