// WHERE CURRENT OF a cursor over a distributed table.
//
// The rows of a cursor whose query reads one distributed table and nothing else carry, as junk
// columns that the client never sees, where they lie: ctid and distribution column. UPDATE and
// DELETE WHERE CURRENT OF read these (pgspan.current_of), and follow the row to its latest version,
// as PostgreSQL does.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True if the query of a cursor may get these columns; it must then become a remote relation.
bool MayCarryRows(const Query* query, int cursor_options);
// Adds them, after ReplaceByRemoteRelations; false if the query has not become one.
bool CarryRows(Query* query);
// Keeps the row that was fetched last within reach of pgspan.current_of.
void KeepFetchedRow(PlannedStmt* statement);

// The key of the cursor's row equals the distribution column (a Var of the table's entry 1).
Node* IsKeyOfCursorRow(const CurrentOfExpr* current_of, const metadata::Table& table);
// The table's entry 1 is at the place of the cursor's row.
Node* IsAtCursorRow(const CurrentOfExpr* current_of, const metadata::Table& table);

// The names of the junk columns.
inline constexpr const char* kCursorRowColumn = "pgspan_row";
inline constexpr const char* kCursorKeyColumn = "pgspan_key";

}  // namespace pgspan::planner
