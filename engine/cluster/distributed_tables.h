// Making tables distributed, as every node sees it. The coordinator decides (ids, placement) in
// create_distributed_table; every node, the coordinator too, then runs register_table with the same
// facts: it makes its container and its shards from its own shell and writes its metadata. All in
// one distributed transaction.
//
// Called by: the SQL functions of this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::cluster {

// A table to be registered on this node.
struct Registration {
    Oid relation;
    int32 table_id;
    metadata::TableKind kind;
    int32 colocation_id;
    bool is_default_group;  // the colocation group may be chosen for other tables by default
    const char* base_name;
    const char* distribution_column;  // nullptr for reference tables
    const int64* shard_ids;  // [shard count of the colocation group]; one for a reference table
    int32 shard_count;
    const int32* shard_groups;  // [shard_count]; nullptr for reference tables
    int16 events_here;          // as metadata::Table has it
};

// Makes container and local shards. The metadata is not written yet: the shell still reads as an
// ordinary table.
void CreateContainer(const Registration& table);
// Writes the metadata rows, then what needs them: foreign keys of the local shards, quiet foreign
// keys of the shell.
void RecordTable(const Registration& table);

// Foreign keys are in engine/ddl/foreign_key.h: the room ddl may not include this one.

// SELECT pgspan.register_table(…): both of them, for another node.
char* RegisterStatement(const Registration& table);
// A registered table as a registration, for a node that is being added.
Registration RegistrationOf(const metadata::Table& table);

// pgspan.shard_count and its alias citus.shard_count; called once from _PG_init.
void DefineSettings();

}  // namespace pgspan::cluster
