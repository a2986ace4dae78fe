// The border between PostgreSQL's longjmp and C++'s exceptions.
//
//   Entry(body)    the way in: wraps every function that PostgreSQL calls. A C++ exception that
//   reaches it
//                  becomes an ereport(ERROR); it never leaves the extension.
//   Capture(body)  the way out for code that must go on after PostgreSQL reported an error: runs
//   body and
//                  returns nullptr, or the whole error. After an error the caller cleans up and
//                  rethrows it (ReThrowError), unless a subtransaction has been rolled back around
//                  it.
//
// A frame that calls PostgreSQL holds only trivially destructible locals. Variables that body
// changes and the caller reads after an error must live outside the frame's registers (captured by
// reference is enough).
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

[[noreturn]] void RaiseException(const char* what);

template <typename Body>
auto Entry(Body&& body) -> decltype(body()) {
    char what[200];
    try {
        return body();
    } catch (const std::bad_alloc&) {
        strlcpy(what, "out of memory", sizeof(what));
    } catch (const std::exception& e) {
        strlcpy(what, e.what(), sizeof(what));
    } catch (...) {
        strlcpy(what, "unknown exception", sizeof(what));
    }
    RaiseException(what);
}

ErrorData* CaptureCall(void (*call)(void*), void* argument);

template <typename Body>
ErrorData* Capture(Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    return CaptureCall([](void* b) { (*static_cast<Plain*>(b))(); },
                       const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace pgspan::pg
