// Join aliases out of a query, before its shape is looked for or it is deparsed. Called by whatever
// plans a query that it has got from PostgreSQL's rewriter.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Replaces Vars of join aliases by what they stand for, on all levels, in place, and drops the
// aliases of joins (so that the deparser can name the base relations).
void FlattenJoinAliases(Query* query);

}  // namespace pgspan::planner
