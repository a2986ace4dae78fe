// Indexes of distributed tables: `name` of the shell is `name_t12` on the container, from where
// PostgreSQL carries it to the shards. Private to this room.
#pragma once

#include "engine/ddl/statement.h"
#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// The container's index for an index of the shell by that name; InvalidOid if there is none.
Oid ContainerIndex(const metadata::Table& table, const char* shell_index_name);

// Drops the container's index for an index of the shell by that name, if there is one, with what
// depends on it: the shell's counterparts of those have been dropped already.
void DropContainerIndex(const metadata::Table& table, const char* shell_index_name);

// The indexes of a relation.
List* IndexesOf(Oid relation);
// A shard's index, where it is made apart from the container's.
char* ShardIndexName(const char* shell_index_name, int64 shard_id);

// CREATE INDEX CONCURRENTLY of a table that FindForDdl has found, after all checks.
void CreateIndexConcurrently(const Statement& statement, Oid relation);  // index_concurrently.cc

// The container's unique index has the distribution column in the column's own collation, in which
// the shards are told apart; PostgreSQL demands it. What is equal is the same in all deterministic
// collations.
void UseColumnsCollation(const metadata::Table& table, IndexStmt* stmt);

// Raises 0A000 unless one of the names is the distribution column: no node could enforce
// uniqueness. construct: "UNIQUE index", "PRIMARY KEY constraint".
void CheckUniqueColumns(const metadata::Table& table, const List* column_names,
                        const char* construct);

}  // namespace pgspan::ddl
