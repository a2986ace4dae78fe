// Columns, indexes and constraints that distributed and reference tables lose when DROP … CASCADE
// drops what they need. PostgreSQL drops them from the shell alone. Private to this room: drop.cc.
#pragma once

#include "engine/ddl/drop_watch.h"

namespace pgspan::ddl {

// What the statement would drop: it is carried out, without a word, in a subtransaction that is
// undone. Raises what it would raise.
DropWatch RehearseDrop(const DropStmt& stmt);

// Drops the parts that tables would lose without going themselves from their containers and, for
// whoever drops, from other nodes; what is left is the shell's. Raises 0A000 for the distribution
// column and exclusion constraints, before anything is changed.
void DropLostParts(const DropWatch& rehearsed);

}  // namespace pgspan::ddl
