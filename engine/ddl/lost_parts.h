// Columns, indexes and constraints that distributed and reference tables lose when DROP … CASCADE
// drops what they need. PostgreSQL drops them from the shell alone. Private to this room: drop.cc.
#pragma once

#include "engine/ddl/drop_watch.h"

namespace pgspan::ddl {

// What the statement would drop: it is carried out, without a word, in a subtransaction that is
// undone. Raises what it would raise.
DropWatch RehearseDrop(const DropStmt& stmt);

// The tables that lose what their shards cannot do without as they are, the distribution column or
// an exclusion constraint: a List of OIDs. They have to be local while it goes
// (change_while_local.h), for which the user must own them: raises 0A000 otherwise.
List* TablesToBringHome(const DropWatch& rehearsed);

// Drops the parts that distributed tables would lose without going themselves from their containers
// and, for whoever drops, from other nodes; what is left is the shell's.
void DropLostParts(const DropWatch& rehearsed);

}  // namespace pgspan::ddl
