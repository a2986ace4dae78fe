// Which of PostgreSQL's functions give another value at each call, by the names of every version.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// Chance and the clock: volatile, and some of them parallel-restricted in PostgreSQL's catalog, but
// for other reasons than the session they run in.
inline bool IsSourceOfChance(Oid function) {
    switch (function) {
#if PG_VERSION_NUM >= 170000
    case F_RANDOM_:
    case F_RANDOM_INT4_INT4:
    case F_RANDOM_INT8_INT8:
    case F_RANDOM_NUMERIC_NUMERIC:
#else
    case F_RANDOM:
#endif
#if PG_VERSION_NUM >= 160000
    case F_RANDOM_NORMAL:
#endif
#if PG_VERSION_NUM >= 180000
    case F_UUIDV4:
    case F_UUIDV7_:
    case F_UUIDV7_INTERVAL:
#endif
    case F_CLOCK_TIMESTAMP:
    case F_GEN_RANDOM_UUID:
    case F_TIMEOFDAY:
        return true;
    default:
        return false;
    }
}

}  // namespace pgspan::pg
