// The names of a distributed table's constraints and indexes: on the container, on its shards, and
// as users know them.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::metadata {

// Names, palloc'd, truncated at a character boundary so that the suffix fits: of an index or a key
// on the container, `name_t12`; of a foreign key or an exclusion constraint, and an index that is
// built by itself, on a shard, `name_102008`.
char* ContainerIndexName(const char* shell_name, int32 table_id);
char* ShardConstraintName(const char* shell_name, int64 shard_id);

// The table of which a relation is the container or a shard of this node; nullptr if it is neither.
const Table* FindTableOfPart(Oid relation);

// Gives an error of a statement over containers and shards the names that users know, in its
// message and in its fields: the table's, its schema's, the constraint's. parts: OIDs of relations
// that the statement names; others among them do no harm. Does nothing for errors that may have
// been raised while PostgreSQL held what a look at the catalogs needs.
void NameAsUsersKnow(ErrorData* error, const List* parts);

}  // namespace pgspan::metadata
