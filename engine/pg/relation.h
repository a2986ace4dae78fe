// What the engine does to relations by functions whose names differ between PostgreSQL's versions.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "access/attmap.h"
}

namespace pgspan::pg {

// The relation of a name as one writes it in SQL, locked. Raises 42P01 if there is none.
Oid RelationNamed(const char* name, LOCKMODE lock);

// True if the user owns the relation (or is a superuser).
bool OwnsRelation(Oid user, Oid relation);

// Empties a table and its indexes by new storage, as TRUNCATE does: undone by the transaction's
// abort. No triggers, no regard for foreign keys. The caller holds AccessExclusiveLock and has
// checked that nobody in this session uses it.
void EmptyStorage(Oid relation);

// Enables or disables a trigger (TRIGGER_FIRES_ON_ORIGIN, TRIGGER_DISABLED, …). The caller holds
// AccessExclusiveLock, and increments the command counter.
void SetTriggerState(Oid relation, const char* trigger, char state);

// True if the current subtransaction has created the relation or given it new storage (TRUNCATE).
bool IsNewInSubtransaction(Relation relation);

// How the columns of one row type are found by name in another, which has to have them all.
AttrMap* MapColumns(TupleDesc from, TupleDesc to);

// How many rows of the relation PostgreSQL would expect on a page, by the widths of its columns.
double AssumedRowsOnPage(Oid relation);

}  // namespace pgspan::pg
