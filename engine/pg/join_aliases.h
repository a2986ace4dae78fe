// What Vars of joins (and, on newer versions, of grouping) stand for, with the arguments of every
// version.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace pgspan::pg {

// The expression of the query with Vars of its joins replaced by the columns that they stand for.
inline Node* FlattenJoinAliasVars(Query* query, Node* expression) {
#if PG_VERSION_NUM >= 160000
    return flatten_join_alias_vars(nullptr, query, expression);
#else
    return flatten_join_alias_vars(query, expression);
#endif
}

}  // namespace pgspan::pg
