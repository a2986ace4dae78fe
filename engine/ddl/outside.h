// Statements that may not run in a transaction block, on the other nodes: each on a connection of
// its own, committed there at once. Private to this room.
#pragma once

namespace pgspan::ddl {

// Runs sql on every other active node and waits for all of them. Does nothing in an internal
// session.
void RunOutside(const char* sql);

}  // namespace pgspan::ddl
