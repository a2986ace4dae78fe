// Outer joins that are made here, in the form of every version.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// A Var of the side of an outer join whose columns may be NULL, as it is named above the join.
inline Var* NullableBy([[maybe_unused]] int join, Var* var) {
#if PG_VERSION_NUM >= 160000
    var->varnullingrels = bms_add_member(var->varnullingrels, join);
#endif
    return var;
}

}  // namespace pgspan::pg
