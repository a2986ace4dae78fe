// Before rows that are referenced are deleted, or get another key: waits until every row that
// references them can be seen. Whoever writes such a row locks the one that it references until its
// transaction has committed here; what it wrote on other nodes is prepared by then, and is
// committed there a moment later. Private to this room.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::trigger {

// For rows of the relation, local or distributed, that a statement has deleted or changed (updated:
// the columns, as MatchingTriggers takes them) and so locked; before PostgreSQL looks for those
// that reference them. Raises 0A000 at REPEATABLE READ and above if distributed tables reference
// them: nodes would look with the snapshot of the transaction.
void AwaitReferences(Oid relation, CmdType command, const Bitmapset* updated);

// Raises 0A000: what references rows of the relation cannot be found.
void RefuseSnapshot(Oid relation);

// The same for the local tables that a query of PostgreSQL's executor has written. Raises 0A000 if
// another node has written a reference table whose rows distributed tables may reference so.
void AwaitReferencesOf(const QueryDesc* query);

}  // namespace pgspan::trigger
