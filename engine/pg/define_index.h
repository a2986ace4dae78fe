// DefineIndex, whose arguments differ between PostgreSQL's versions.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "commands/defrem.h"
}

namespace pgspan::pg {

// Makes the index of a statement that transformIndexStmt has seen; without a check that the user
// may make things in the schema. CONCURRENTLY commits, and leaves another transaction open.
inline void DefineIndexOn(Oid relation, IndexStmt* stmt) {
#if PG_VERSION_NUM >= 160000
    DefineIndex(relation, stmt, InvalidOid, InvalidOid, InvalidOid, -1, false, false, false, false,
                false);
#else
    DefineIndex(relation, stmt, InvalidOid, InvalidOid, InvalidOid, false, false, false, false,
                false);
#endif
}

}  // namespace pgspan::pg
