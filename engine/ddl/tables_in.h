// Which distributed and reference tables a statement concerns that does not name them one by one,
// or names them among others. Private to this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// Relation OIDs of the distributed and reference tables of a schema.
List* TablesInSchema(Oid schema);
List* TablesOwnedBy(Oid role);

// Relation OIDs of those that a list of RangeVars names, without duplicates. Raises as FindForDdl
// does.
List* TablesNamed(const List* range_vars, const char* command);

// Relation OIDs of the distributed tables below the tables that a list of RangeVars names without
// ONLY. Only in ordinary sessions of the coordinator. The names of missing tables are passed over.
List* HeirsBelow(const List* range_vars);

// "public.a, public.b" for relation OIDs.
char* QualifiedNames(const List* relations);

// RangeVars of container and local shards of each hash-distributed table.
enum class Parts { kContainers, kContainersAndShards };
List* PartsOf(const List* relations, Parts parts);

}  // namespace pgspan::ddl
