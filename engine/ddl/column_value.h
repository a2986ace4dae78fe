// Values of ALTER TABLE that are the same for every row in PostgreSQL, and that nodes would compute
// differently: the default of an added column such as now(). The origin computes them once; the
// other nodes are told by the setting pgspan.added_values. Private to this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// Values of the added columns' stable defaults, after the statement has run on the shell: a List of
// A_Const and NULLs of alternating names and values, NIL if there are none. Columns numbered up to
// columns_before are not new. Raises 0A000 for a volatile default on a reference table, whose
// copies would differ.
List* StableDefaults(const metadata::Table& table, const AlterTableStmt& stmt, int columns_before);
// The same as the origin has sent it.
List* ReceivedDefaults();
// SET LOCAL pgspan.added_values = …
char* DefaultsAsSetting(List* values);

// In place: gives the added column its value instead of its default. Returns the raw default it
// had, nullptr if nothing was changed.
Node* ReplaceDefault(ColumnDef* column, List* values);

// Raises 0A000 if ALTER COLUMN … TYPE … USING would give different values on different nodes.
void CheckTransform(const metadata::Table& table, const AlterTableCmd& command);

void DefineColumnValueSetting();

}  // namespace pgspan::ddl
