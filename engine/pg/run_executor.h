// ExecutorRun with the arguments of every version.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// count 0 runs to the end. once: it will not be called again for this QueryDesc (which allows
// parallel plans).
inline void RunExecutor(QueryDesc* query, uint64 count, bool once) {
#if PG_VERSION_NUM >= 180000
    (void)once;
    ExecutorRun(query, ForwardScanDirection, count);
#else
    ExecutorRun(query, ForwardScanDirection, count, once);
#endif
}

}  // namespace pgspan::pg
