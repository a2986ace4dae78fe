// UPDATE and DELETE of rows that a sub-query has chosen one by one: it locks them, or has a LIMIT.
//
//   DELETE FROM jobs WHERE id IN (SELECT id FROM jobs … LIMIT 10 FOR UPDATE SKIP LOCKED)
//     → DELETE FROM jobs WHERE id = ANY (ARRAY(SELECT id …))
//   WITH c AS (SELECT id … FOR UPDATE SKIP LOCKED) UPDATE jobs SET … FROM c WHERE c.id = jobs.id
//     → … AND jobs.id = ANY (ARRAY(SELECT id FROM c))
//
// The array is a value that the nodes await (awaited_values.h): they lock those rows of the table,
// and not all of them before the join decides. What is not chosen so may be too much for an array,
// and so is what is expected to be more than a million rows.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// In place: the statement and those in its WITH. Precondition: flattened joins. Called by the
// general way of writing (general_write.cc) before anything else looks at the statement.
void FilterByChosenKeys(Query* query, ParamListInfo bound_params);

}  // namespace pgspan::planner
