// The columns of an entry of FROM.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "parser/parse_relation.h"
}

namespace pgspan::pg {

// A List of Var over the entry, whose index is 1, of all its columns; *names: Strings.
inline List* ColumnsOfEntry(RangeTblEntry* rte, List** names) {
    List* columns = NIL;
#if PG_VERSION_NUM >= 180000
    expandRTE(rte, 1, 0, VAR_RETURNING_DEFAULT, -1, false, names, &columns);
#else
    expandRTE(rte, 1, 0, -1, false, names, &columns);
#endif
    return columns;
}

}  // namespace pgspan::pg
