// Changes of objects that distributed tables need on every node (types, functions): carried out
// everywhere. Private to this room.
#pragma once

#include "engine/ddl/statement.h"

namespace pgspan::ddl {

// Runs the statement here, and on every other node if some distributed or reference table needs the
// object; what the object needs since then is made there first.
void RunWhereRequired(const Statement& statement, Oid class_id, Oid object_id, const char* command);

// The tables distributed by that type, an array of it, a domain over it, …: when it changes, their
// rows are no longer in the shards to which their values hash. None on other nodes than the origin.
List* TablesKeyedBy(Oid type);

// The distributed and reference tables OF the composite type, which its attributes change with
// CASCADE. None on other nodes than the origin, which know them as plain tables.
List* TablesOf(Oid type);

// The type or domain of a name as in ALTER TYPE, InvalidOid if there is none.
Oid TypeNamed(const List* name);

}  // namespace pgspan::ddl
