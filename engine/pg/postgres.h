// The one header through which the engine sees PostgreSQL. Include it first in every PostgreSQL
// room; standard C++ headers that a file needs are included here, before PostgreSQL's macros
// appear.
//
// PostgreSQL's identifiers live in the global namespace; ours in pgspan:: and its rooms.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

extern "C" {
#include <postgres.h>  // in brackets: this file bears the same name

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/skey.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/tupdesc.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/extensible.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "nodes/primnodes.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
}

// On PostgreSQL 15 PGDLLEXPORT is empty; with -fvisibility=hidden a function would then not be
// found.
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))

// printf family: PostgreSQL's macros would rewrite members of the same name in C++ libraries.
#undef printf
#undef fprintf
#undef sprintf
#undef vprintf
#undef vfprintf
#undef vsprintf
#undef vsnprintf
#undef strerror

// Declares and opens a SQL-callable function:  PGSPAN_FUNCTION(citus_version) { ...
// PG_RETURN_TEXT_P(x); } The body runs inside pg::Entry; `fcinfo` is in scope.
#define PGSPAN_FUNCTION(name)                                          \
    static Datum name##_body(FunctionCallInfo fcinfo);                 \
    extern "C" {                                                       \
    extern PGDLLEXPORT const Pg_finfo_record* pg_finfo_##name(void);   \
    const Pg_finfo_record* pg_finfo_##name(void) {                     \
        static const Pg_finfo_record record = {1};                     \
        return &record;                                                \
    }                                                                  \
    extern PGDLLEXPORT Datum name(FunctionCallInfo fcinfo);            \
    Datum name(FunctionCallInfo fcinfo) {                              \
        return pgspan::pg::Entry([&] { return name##_body(fcinfo); }); \
    }                                                                  \
    }                                                                  \
    static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
