// Outer joins that are made here, in the form of every version.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "rewrite/rewriteManip.h"
}

namespace pgspan::pg {

// A Var of the side of an outer join whose columns may be NULL, as it is named above the join.
inline Var* NullableBy([[maybe_unused]] int join, Var* var) {
#if PG_VERSION_NUM >= 160000
    var->varnullingrels = bms_add_member(var->varnullingrels, join);
#endif
    return var;
}

// A Var of a level whose FROM has become one entry of another: outer joins stay inside.
inline void LeaveJoins([[maybe_unused]] Var* var) {
#if PG_VERSION_NUM >= 160000
    var->varnullingrels = nullptr;
#endif
}

// A condition over one table of the query, read above its joins, as it is where the table is
// scanned.
inline Node* BelowJoins(Node* condition, [[maybe_unused]] const Query* query) {
#if PG_VERSION_NUM >= 160000
    if (query->rtable)
        return remove_nulling_relids(
            condition, bms_add_range(nullptr, 1, list_length(query->rtable)), nullptr);
#endif
    return condition;
}

}  // namespace pgspan::pg
