// The check of rights on a relation's columns outside a plan, in the form of every version.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "parser/parse_node.h"
}

namespace pgspan::pg {

// Raises 42501 unless the current user may INSERT into these columns (offset by
// FirstLowInvalidHeapAttributeNumber) of the relation that item stands for, which must be the only
// one in pstate's range table.
inline void CheckInsertRights(ParseState* pstate, ParseNamespaceItem* item, Bitmapset* columns) {
#if PG_VERSION_NUM >= 160000
    item->p_perminfo->requiredPerms = ACL_INSERT;
    item->p_perminfo->insertedCols = columns;
    ExecCheckPermissions(pstate->p_rtable, list_make1(item->p_perminfo), true);
#else
    item->p_rte->requiredPerms = ACL_INSERT;
    item->p_rte->insertedCols = columns;
    ExecCheckRTPerms(pstate->p_rtable, true);
#endif
}

}  // namespace pgspan::pg
