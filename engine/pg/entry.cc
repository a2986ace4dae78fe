#include "engine/pg/entry.h"

namespace pgspan::pg {

void RaiseException(const char* what) {
    ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
            errmsg("pgspan: unexpected C++ exception: %s", what));
    pg_unreachable();
}

ErrorData* CaptureCall(void (*call)(void*), void* argument) {
    sigjmp_buf* const outer_exception_stack = PG_exception_stack;
    ErrorContextCallback* const outer_context_stack = error_context_stack;
    const MemoryContext outer_context = CurrentMemoryContext;
    sigjmp_buf landing;
    if (sigsetjmp(landing, 0) == 0) {
        PG_exception_stack = &landing;
        call(argument);
        PG_exception_stack = outer_exception_stack;
        error_context_stack = outer_context_stack;
        return nullptr;
    }
    PG_exception_stack = outer_exception_stack;
    error_context_stack = outer_context_stack;
    MemoryContextSwitchTo(outer_context);
    ErrorData* error = CopyErrorData();
    FlushErrorState();
    return error;
}

}  // namespace pgspan::pg
