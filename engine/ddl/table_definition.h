// Tables as SQL: what makes the same table on another node, and what makes the container and the
// shards of a distributed table. Everything is read from this node's catalogs and returned as
// statements; nothing is run here except by RunDefinitions. Names are qualified: the statements
// mean the same under any search_path, but must be run under EnterCanonicalSettings (RunDefinitions
// and pgspan.run_statements see to that).
//
// Called by: cluster (making tables distributed, adding nodes) and ddl (mirroring statements to
// containers). Names: index or key `name` of the shell is `name_t12` on the container of table 12;
// a foreign key or exclusion constraint `name` of the shell is `name_102008` on shard 102008. Check
// constraints keep their names.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// One statement; run only if the boolean SQL expression `unless` is absent or not true.
struct Definition {
    const char* unless;
    const char* sql;
};
// Appends a Definition to a List of Definition*.
List* AddDefinition(List* definitions, const char* unless, const char* sql);

// Settings under which SQL is deparsed and run by the engine: empty search_path, ISO dates, exact
// floats, and the session marked internal. Undone by LeaveCanonicalSettings, or by the
// (sub)transaction's abort.
int EnterCanonicalSettings();
void LeaveCanonicalSettings(int nest_level);

// Runs definitions on this node as the current user, and on this node only: nothing is mirrored,
// and shells read as plain tables. Raises what they raise.
void RunDefinitions(List* definitions);
// The same as one statement for another node: SELECT pgspan.run_statements(…).
char* RemoteDefinitions(List* definitions);

// What the table needs on another node before it can be made there: roles (owner and grantees),
// schemas, extensions, types, functions, operators, …, and the casts of its types; each created if
// missing. In order of dependency.
List* RequiredObjects(Oid relation);
// The roles and schemas among them.
List* RequiredSchemas(Oid relation);
// The casts and default operator classes that every node is to have, and what they need: those of
// types that all nodes have.
List* CompanionsOfTypes();
// What an object (not a table) needs on another node before it can be made there; without itself.
List* RequirementsOf(Oid class_id, Oid object_id);
// A function with its requirements; the definition there is replaced if it differs.
List* FunctionDefinition(Oid function);
// An extension and those that it requires, in their schemas and versions here.
List* ExtensionDefinition(Oid extension);
// The same of all extensions.
List* AllExtensions();
// True if some distributed or reference table needs the object on every node.
bool IsRequired(Oid class_id, Oid object_id);
// The table on the node of a group: sequences, columns at the same attribute numbers, constraints
// (foreign keys excluded), indexes, comments, grants, owner, storage settings, replica identity.
List* ShellDefinition(Oid relation, int32 group_id);
// Its foreign keys that shards (of a table with these properties) or copies keep, when all tables
// they reference exist there.
List* ShellForeignKeys(Oid relation, int32 colocation_id, AttrNumber distribution_column,
                       int16 events_here);
// FORCE ROW LEVEL SECURITY and the policies, when its rows and the tables that they read are there.
List* RowSecurityDefinitions(Oid relation);
// A policy of the table, for another node; NIL if there is none of that name.
List* PolicyDefinition(Oid relation, const char* policy);
// The policies of other distributed and reference tables that read the relation.
List* PoliciesThatRead(Oid relation);

// The container of a shell, by the catalogs of this node: no shards yet. distribution_column is an
// attribute number.
List* ContainerDefinition(Oid relation, AttrNumber distribution_column, const char* base_name,
                          int32 table_id);
// The check constraints of the container that are NOT VALID, to be dropped while rows arrive that
// may violate them, and added after.
enum class Checks { kDropped, kAdded };
List* UnvalidatedChecks(Oid relation, const char* container, Checks wanted);
// Its keys and indexes, which reach the shards. Apart, and to be run after the shards have got
// their owner: PostgreSQL evaluates index expressions as the owner of the table that is indexed.
List* ContainerIndexes(Oid relation, const char* base_name, int32 table_id);
// One shard: partition of the container, with what does not cascade (grants, settings, exclusion
// constraints). Foreign keys are added apart, when all shards of this node exist.
List* ShardDefinition(Oid relation, const char* base_name, int32 table_id, int64 shard_id,
                      int32 shard_count, int32 shard_index);
// The foreign keys of a shell on one shard of it: leaf to leaf between colocated tables, leaf to
// reference table. constraint: InvalidOid for all. Needs the shell's row in
// pgspan.distributed_table.
List* ShardForeignKeys(const metadata::Table& table, int32 shard_index, Oid constraint);
// ALTER TABLE … REPLICA IDENTITY of a shard as on its shell; NIL for the default. The shard's index
// is found from the container's, so that the shard must exist already.
List* ShardReplicaIdentity(const metadata::Table& table, int32 shard_index);

// CREATE INDEX of the shell's index, on the container. nullptr for one that belongs to a
// constraint.
char* ContainerIndexDefinition(Oid index, const char* base_name, int32 table_id);

// GRANT statements that give the table or sequence `target` (a qualified name) the rights of
// relation, columns' included; NIL if nothing was ever granted on it.
List* GrantDefinitions(Oid relation, const char* target);

// True for enums and types whose values hash by an OID of this node, and what contains such.
bool HashDependsOnNode(Oid type);
// The hash operator class of a container's partition key as SQL (" pgspan.enum_label_ops" for
// enums, whose default hash depends on the node, else ""). Raises 0A000 for a type whose hash is
// not the same on every node.
const char* DistributionOperatorClass(Oid type);

}  // namespace pgspan::ddl
