// What the names in a task mean where it arrives. The text was made where it has a meaning for
// sure, but PostgreSQL prefers an operator or function of exactly the types at hand, in whatever
// schema of the search_path, to one of pg_catalog for any array, enum, range or row. Somebody who
// may create one must not change what a policy or a view of other users asks.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Raises 0A000 if the task calls a function that no node puts into tasks: one that is neither
// built in nor a superuser's in an extension; or names a temporary type.
void CheckTaskNames(Query* task);

}  // namespace pgspan::planner
