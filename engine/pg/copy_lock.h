// The lock that orders the writes of a reference table on one node's copy of it: a heavyweight lock
// of its own beside the table's, because statements hold the table's lock before they reach us.
// Held to the end of the transaction, by a prepared one too.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lock.h"
}

namespace pgspan::pg {

inline LOCKTAG CopyLockTag(Oid relation) {
    constexpr uint16 kOfItsCopies = 1;  // PostgreSQL locks no parts of relations as objects
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId, relation, kOfItsCopies);
    return tag;
}

inline void LockCopy(Oid relation, LOCKMODE mode) {
    const LOCKTAG tag = CopyLockTag(relation);
    (void)LockAcquire(&tag, mode, false, false);
}

// True if this transaction has locked the copy in exactly that mode.
inline bool HasLockedCopy(Oid relation, LOCKMODE mode) {
    const LOCKTAG tag = CopyLockTag(relation);
#if PG_VERSION_NUM >= 170000
    return LockHeldByMe(&tag, mode, false);
#else
    return LockHeldByMe(&tag, mode);
#endif
}

}  // namespace pgspan::pg
