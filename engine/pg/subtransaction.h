// Going on after an error: runs body in a subtransaction and returns nullptr, or its error with
// everything it did undone. For work whose failure is an answer, like asking a node that may be
// away. A query cancel or a termination is never swallowed: it is raised again.
#pragma once

#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

namespace pgspan::pg {

// Ends the subtransaction that Attempt began.
ErrorData* EndAttempt(ErrorData* error, MemoryContext context, ResourceOwner owner);

template <typename Body>
ErrorData* Attempt(Body&& body) {
    const MemoryContext context = CurrentMemoryContext;
    const ResourceOwner owner = CurrentResourceOwner;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    return EndAttempt(Capture(body), context, owner);
}

// Runs body in a subtransaction and undoes all that it did, whether or not it fails; then raises
// its error. For learning what something would do.
void EndRehearsal(ErrorData* error, MemoryContext context, ResourceOwner owner);

template <typename Body>
void Rehearse(Body&& body) {
    const MemoryContext context = CurrentMemoryContext;
    const ResourceOwner owner = CurrentResourceOwner;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    EndRehearsal(Capture(body), context, owner);
}

}  // namespace pgspan::pg
