#include "engine/pg/subtransaction.h"

extern "C" {
#include "utils/resowner.h"
}

namespace pgspan::pg {

ErrorData* EndAttempt(ErrorData* error, MemoryContext context, ResourceOwner owner) {
    if (error)
        RollbackAndReleaseCurrentSubTransaction();
    else
        ReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    if (error && (error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
                  error->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN))
        ReThrowError(error);
    return error;
}

void EndRehearsal(ErrorData* error, MemoryContext context, ResourceOwner owner) {
    RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    if (error) ReThrowError(error);
}

}  // namespace pgspan::pg
