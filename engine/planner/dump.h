// What a dump must not contain: containers and shards. The rows of a distributed table are dumped
// from its shell, as those of any table are.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True for sessions of pg_dump (by their application_name), except those of pg_upgrade, which needs
// everything.
[[nodiscard]] bool IsDumpSession();

// Makes the query's scans of pg_class pass over the relations in the schema of containers and
// shards. Precondition: the extension is ready.
void HideParts(Query* query);

}  // namespace pgspan::planner
