#include "engine/pg/caller.h"

#include "engine/pg/postgres.h"

#include <dlfcn.h>

namespace pgspan::pg {

// The library of the innermost context of errors that is not PostgreSQL's (SPI's) own: each
// language has one for its functions, and nothing else tells.
bool CalledByPlpgsql() {
    Dl_info server = {};
    if (dladdr(reinterpret_cast<void*>(&errstart), &server) == 0) return false;
    for (const ErrorContextCallback* c = error_context_stack; c; c = c->previous) {
        Dl_info library = {};
        if (dladdr(reinterpret_cast<void*>(c->callback), &library) == 0) continue;
        if (library.dli_fbase != server.dli_fbase)
            return strstr(library.dli_fname, "/plpgsql.") != nullptr;
    }
    return false;
}

}  // namespace pgspan::pg
