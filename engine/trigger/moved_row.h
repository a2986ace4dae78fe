// Rows that move from local tables of a tree to distributed ones (firing.h has the others): the
// DELETE that takes them away is PostgreSQL's own, and returns them as they were and are to be.
// Private to this room.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "executor/execdesc.h"
}

namespace pgspan::trigger {

// For such parts of a query that has been started: as QueueAfterMove for each row.
void WatchLocalMoves(const QueryDesc* query);

}  // namespace pgspan::trigger
