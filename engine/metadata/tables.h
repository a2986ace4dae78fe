// Distributed and reference tables, cached from pgspan.distributed_table, pgspan.shard and
// pgspan.shard_group. Looking a relation up costs one hash probe, also for relations that are
// neither. An entry is dropped when its shell's relcache entry is invalidated or any metadata
// changes. Pointers stay valid until the end of the transaction.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

inline constexpr const char* kDataSchema = "pgspan_data";  // containers and shards live here

enum class TableKind : char { kHash = 'h', kReference = 'r' };

struct Table {
    Oid relation;  // the shell (for a reference table: the table itself)
    int32 table_id;
    TableKind kind;
    int32 colocation_id;
    const char* base_name;  // containers and shards are named after this for ever
    // It has, or has had, what only the coordinator knows (rules, tables that inherit from it):
    // statements of other nodes' own sessions cannot name it.
    bool only_on_coordinator;
    // Changes of its rows, TRIGGER_TYPE_UPDATE and _DELETE, that foreign keys may bring about on
    // the coordinator only (ddl/events_here.h); on other nodes 0.
    int16 events_here;

    // Hash-distributed tables only:
    Oid container;
    AttrNumber distribution_column;
    Oid distribution_type;
    int32 distribution_typmod;
    Oid distribution_collation;
    Oid hash_opfamily;          // of the container's partition key
    int32 shard_count;          // the modulus
    const int64* shard_ids;     // [shard index]
    const int32* shard_groups;  // [shard index] the node group that holds it
    FmgrInfo* hash_function;    // extended hash function of the partition key

    [[nodiscard]] bool IsHash() const { return kind == TableKind::kHash; }
    [[nodiscard]] bool IsReference() const { return kind == TableKind::kReference; }
};

// nullptr for an ordinary relation.
const Table* FindTable(Oid relation);
// While on, FindTable finds nothing: a shell reads as a plain, empty table. For utility statements
// in which PostgreSQL itself queries the shell (the validation of a foreign key); ddl alone uses it
// and resets it after an error. Returns the previous state.
bool TreatShellsAsPlain(bool on);
// The table whose container this is (on this node); nullptr if it is none.
const Table* FindTableByContainer(Oid container);
// By table id, the same on every node; nullptr if unknown.
const Table* FindTableById(int32 table_id);

// Grows whenever the definition of a distributed or reference table may have changed, here or in
// another session.
uint64 DefinitionGeneration();

// Every distributed and reference table: relation OIDs.
List* AllTables();

// The index of the shard that holds rows whose distribution column is value (of the column's type).
int32 ShardIndexFor(const Table& table, Datum value, bool is_null);
// The same for a value of another type of the hash operator family (int4 for an int8 column);
// -1 if the family cannot hash that type compatibly.
int32 ShardIndexFor(const Table& table, Datum value, bool is_null, Oid value_type);
// The hash function for values of a type, for many of them; false if the family cannot hash it
// compatibly.
bool FindHashFunction(const Table& table, Oid value_type, FmgrInfo* function);
int32 ShardIndexFor(const Table& table, Datum value, bool is_null, FmgrInfo* function);

// Names, palloc'd. A shard's table: "orders_102008"; its container: "orders_t12". Truncated at a
// character boundary so that the suffix always fits.
char* ShardName(const Table& table, int32 shard_index);
char* ContainerName(const char* base_name, int32 table_id);
char* ShardName(const char* base_name, int64 shard_id);
// "pgspan_data.orders_102008", quoted as needed.
char* QualifiedShardName(const Table& table, int32 shard_index);
char* QualifiedContainerName(const Table& table);

// The local OID of a shard's table; InvalidOid if this node has none.
Oid LocalShardRelation(const Table& table, int32 shard_index);

}  // namespace pgspan::metadata
