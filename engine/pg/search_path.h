// The search_path under which a task's text is read. The text names what lies outside of pg_catalog
// with its schema, and what lies in pg_catalog without, so pg_catalog has to come first. (What
// PostgreSQL prefers to it all the same, planner/task_names.h looks for.)
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// For what runs as a superuser for somebody else: his operators, functions and temporary tables
// cannot take the place of PostgreSQL's, which are not always the best match (nor do they come
// first where the path does not name them).
inline constexpr const char* kSafeSearchPath = "pg_catalog, pg_temp";

// Whether names without a schema are looked for in pg_catalog first (but for temporary tables).
bool CatalogComesFirst();

// The session's search_path without pg_catalog, which then comes first by itself; as it is if it
// does not name it. Palloc'd or the setting's own.
const char* SearchPathOfTasks();

// Makes SearchPathOfTasks the session's own until LeaveSearchPath; an error ends it with the
// (sub)transaction.
int EnterSearchPathOfTasks();
// kSafeSearchPath until LeaveSearchPath.
int EnterSafeSearchPath();
void LeaveSearchPath(int nest_level);

}  // namespace pgspan::pg
