// Relations that the catalogs do not show to some readers: containers and shards to users, who are
// to find in them what one PostgreSQL would show, and to dumps, which take the rows of a
// distributed table from its shell, as those of any table; and what the engine has for itself to
// readers of publications.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True for sessions of pg_dump (by their application_name), except those of pg_upgrade, which needs
// everything.
[[nodiscard]] bool IsDumpSession();

// True unless the session asks for containers and shards (pgspan.shards_shown), belongs to another
// node, or the statement is the engine's own.
[[nodiscard]] bool PartsAreHidden();
// True for the catalogs that HideParts changes scans of.
[[nodiscard]] bool MayShowParts(Oid catalog);

// Makes the query's scans of pg_class, pg_constraint and pg_type pass over what lies in the schema
// of containers and shards. Precondition: the extension is ready.
void HideParts(Query* query);
// The same for all that is never published from this node: metadata too, and on workers the copies
// of reference tables, which the coordinator publishes.
void HideUnpublished(Query* query);

// pgspan.shards_shown; called once from _PG_init.
void DefineHiddenRelationsSetting();

}  // namespace pgspan::planner
