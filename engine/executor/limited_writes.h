// RETURNING of which SPI wants some rows only. PostgreSQL writes no more rows than these; nodes
// have written all of them when the first is returned.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::executor {

// True while no more than some rows of the statement are wanted: what it writes must have been
// counted to the end when the last of these is returned.
[[nodiscard]] bool IsLimited(const EState* estate);

// Watches all statements; called once from _PG_init.
void InstallLimitedWrites();

}  // namespace pgspan::executor
