// SQL run by the engine itself on the local node. All functions run as the current user with an
// empty-but-pg_catalog search_path left untouched: qualify names. Strings returned are in the
// memory context of the caller.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// True while one of the functions below runs its statements: they see all that the catalogs have.
[[nodiscard]] bool RunsOwnSql();

// Runs the statements of sql (utility or not); raises what they raise. Returns rows processed by
// the last one.
uint64 RunSql(const char* sql);

// The same for a query in which the rows of the store can be read as a table of this name.
uint64 RunSqlOver(const char* sql, const char* name, Tuplestorestate* rows, TupleDesc columns);

// First column of the first row as text; nullptr if no row or NULL.
char* QueryText(const char* sql);

// Every row as an array of text values (nullptr for NULL), a List of char**; *columns receives the
// width.
List* QueryRows(const char* sql, int* columns);

}  // namespace pgspan::pg
