// Constraints of the shell on container and shards: check constraints under their own name, keys as
// `name_t12`, foreign keys and exclusion constraints on each shard as `name_102008`. Private to
// this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// pg_constraint.contype of the relation's constraint by that name; '\0' if there is none.
char ConstraintType(Oid relation, const char* name);

// Adds to the container, and to the local shards, what the shell has and they do not.
void MirrorMissingConstraints(const metadata::Table& table);

// Carries out DROP, VALIDATE or ALTER CONSTRAINT of a foreign key or exclusion constraint on the
// local shards.
void RunOnShardConstraints(const metadata::Table& table, const AlterTableCmd& command);

}  // namespace pgspan::ddl
