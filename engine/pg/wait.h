// Sets of events to wait for that live until they are freed, whatever the version of PostgreSQL
// ties them to.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// Not freed with any memory context or resource owner: call FreeWaitEventSet.
inline WaitEventSet* NewWaitEventSet(int events) {
#if PG_VERSION_NUM >= 170000
    return CreateWaitEventSet(nullptr, events);
#else
    return CreateWaitEventSet(TopMemoryContext, events);
#endif
}

}  // namespace pgspan::pg
