// What the client's protocol tells about the statement that runs: whether anything can follow it
// before its transaction ends.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// True if `statement` is what the client itself asked for (no function, no EXPLAIN, no EXECUTE) and
// its transaction will commit as soon as it has run: it came alone in a simple query, or as the
// first Execute since the last Sync, with the next Sync received already. False when in doubt.
// Whether the session is in a transaction block is the caller's to know.
[[nodiscard]] bool IsAloneUntilCommit(const PlannedStmt* statement);

}  // namespace pgspan::pg
