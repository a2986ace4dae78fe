// Inside the room metadata: OIDs of the extension's own tables, and the state that nodes.cc and
// tables.cc share.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

// OIDs of our tables and indexes, looked up once for each life of the extension in this database.
struct CatalogOids {
    Oid schema;
    Oid data_schema;
    Oid node;
    Oid local_node;
    Oid distributed_table;
    Oid distributed_table_by_relation;
    Oid distributed_table_by_table_id;
    Oid distributed_table_by_container;
    Oid shard;
    Oid shard_by_table;
    Oid colocation_group;
    Oid colocation_group_by_id;
    Oid shard_group;
    Oid shard_group_by_key;
};

// Precondition: ExtensionIsReady().
const CatalogOids& Catalog();

// Grows by one with every invalidation that empties the caches. A reader that saw it change while
// it was building an entry builds it again.
uint64 CacheGeneration();
// True if an invalidation has emptied the caches since that generation, so that what was read
// meanwhile has to be read again.
bool ChangedSince(uint64 generation);

// A memory context for one cache entry; Retire frees it at the end of the transaction.
MemoryContext NewEntryContext(const char* name);
void Retire(MemoryContext context);

// Hooks of the parts into the one set of callbacks of cache.cc.
void ForgetNodes();
void ForgetTables();
void ForgetTable(Oid relation);

// Calls visit(tuple, descriptor) for the rows of a table that match the key columns (attribute
// number, equality on int4/int2/oid values), by an index if given.
struct Key {
    AttrNumber attribute;
    Oid type;  // INT4OID or OIDOID
    Datum value;
};

template <typename Visitor>
void ForEachRow(Oid table, Oid index, std::span<const Key> keys, Visitor&& visit) {
    const Relation relation = table_open(table, AccessShareLock);
    ScanKeyData scan_keys[2];
    int count = 0;
    for (const Key& key : keys)
        ScanKeyInit(&scan_keys[count++], key.attribute, BTEqualStrategyNumber,
                    key.type == OIDOID ? F_OIDEQ : F_INT4EQ, key.value);
    const SysScanDesc scan =
        systable_beginscan(relation, index, OidIsValid(index), nullptr, count, scan_keys);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple);
         tuple = systable_getnext(scan))
        visit(tuple, RelationGetDescr(relation));
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
}

// A column that is never NULL.
inline Datum Column(HeapTuple tuple, TupleDesc descriptor, AttrNumber attribute) {
    bool is_null = false;
    return heap_getattr(tuple, attribute, descriptor, &is_null);
}

}  // namespace pgspan::metadata
