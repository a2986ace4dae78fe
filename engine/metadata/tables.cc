#include "engine/metadata/tables.h"

#include "engine/metadata/catalog.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/deparse.h"

extern "C" {
#include "access/hash.h"
#include "catalog/partition.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "parser/parse_coerce.h"
#include "partitioning/partbounds.h"
#include "utils/hsearch.h"
#include "utils/partcache.h"
}

namespace pgspan::metadata {

namespace {

// Attribute numbers of pgspan.distributed_table.
enum TableColumn : AttrNumber {
    kRelation = 1,
    kTableId,
    kKind,
    kColocationId,
    kContainer,
    kDistributionColumn,
    kBaseName,
    kOnlyOnCoordinator,
    kEventsHere
};

struct CacheEntry {
    Oid relation;  // hash key
    MemoryContext context;
    Table* table;  // nullptr: looked up, and it is an ordinary relation
};

HTAB* cache = nullptr;
uint64 definition_generation = 1;
bool shells_are_plain = false;

void CreateCache() {
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(CacheEntry);
    control.hcxt = CacheMemoryContext;
    cache = hash_create("pgspan tables", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

// Fills what follows from the container's partition key.
void ReadPartitionKey(Table* table, MemoryContext context) {
    const Relation container = table_open(table->container, AccessShareLock);
    const PartitionKey key = RelationGetPartitionKey(container);
    if (!key || key->strategy != PARTITION_STRATEGY_HASH || key->partnatts != 1)
        elog(ERROR, "container %u of relation %u is not partitioned by the hash of one column",
             table->container, table->relation);
    const Form_pg_attribute column =
        TupleDescAttr(RelationGetDescr(container), table->distribution_column - 1);
    table->distribution_type = column->atttypid;
    table->distribution_typmod = column->atttypmod;
    table->distribution_collation = key->partcollation[0];
    table->hash_opfamily = key->partopfamily[0];
    table->hash_function =
        static_cast<FmgrInfo*>(MemoryContextAllocZero(context, sizeof(FmgrInfo)));
    fmgr_info_copy(table->hash_function, &key->partsupfunc[0], context);
    table_close(container, AccessShareLock);
}

void ReadShards(Table* table, MemoryContext context) {
    const CatalogOids& catalog = Catalog();
    const Key colocation = {1, INT4OID, Int32GetDatum(table->colocation_id)};
    ForEachRow(catalog.colocation_group, catalog.colocation_group_by_id, {&colocation, 1},
               [&](HeapTuple tuple, TupleDesc d) {
                   table->shard_count = DatumGetInt32(Column(tuple, d, 2));
               });
    if (table->shard_count <= 0)
        elog(ERROR, "colocation group %d of relation %u is missing", table->colocation_id,
             table->relation);
    auto* ids =
        static_cast<int64*>(MemoryContextAllocZero(context, sizeof(int64) * table->shard_count));
    auto* groups =
        static_cast<int32*>(MemoryContextAllocZero(context, sizeof(int32) * table->shard_count));
    std::fill_n(groups, table->shard_count, -1);
    const auto check = [&](int index) {
        if (index < 0 || index >= table->shard_count)
            elog(ERROR, "shard index %d of relation %u is out of range", index, table->relation);
        return index;
    };
    const Key table_key = {2, INT4OID, Int32GetDatum(table->table_id)};
    ForEachRow(
        catalog.shard, catalog.shard_by_table, {&table_key, 1}, [&](HeapTuple tuple, TupleDesc d) {
            ids[check(DatumGetInt32(Column(tuple, d, 3)))] = DatumGetInt64(Column(tuple, d, 1));
        });
    ForEachRow(catalog.shard_group, catalog.shard_group_by_key, {&colocation, 1},
               [&](HeapTuple tuple, TupleDesc d) {
                   groups[check(DatumGetInt32(Column(tuple, d, 2)))] =
                       DatumGetInt32(Column(tuple, d, 3));
               });
    for (int i = 0; table->kind == TableKind::kHash && i < table->shard_count; i++)
        if (ids[i] == 0 || groups[i] < 0)
            elog(ERROR, "metadata of shard %d of relation %u is incomplete", i, table->relation);
    table->shard_ids = ids;
    table->shard_groups = groups;
}

// Reads one table; nullptr if the key matches none.
Table* Read(Oid index, const Key& key, MemoryContext context) {
    Table* table = nullptr;
    ForEachRow(Catalog().distributed_table, index, {&key, 1}, [&](HeapTuple tuple, TupleDesc d) {
        table = static_cast<Table*>(MemoryContextAllocZero(context, sizeof(Table)));
        table->relation = DatumGetObjectId(Column(tuple, d, kRelation));
        table->table_id = DatumGetInt32(Column(tuple, d, kTableId));
        table->kind = static_cast<TableKind>(DatumGetChar(Column(tuple, d, kKind)));
        table->colocation_id = DatumGetInt32(Column(tuple, d, kColocationId));
        table->container = DatumGetObjectId(Column(tuple, d, kContainer));
        table->distribution_column = DatumGetInt16(Column(tuple, d, kDistributionColumn));
        table->only_on_coordinator = DatumGetBool(Column(tuple, d, kOnlyOnCoordinator));
        table->events_here = DatumGetInt16(Column(tuple, d, kEventsHere));
        char* base_name = TextDatumGetCString(Column(tuple, d, kBaseName));
        table->base_name = MemoryContextStrdup(context, base_name);
        pfree(base_name);
    });
    if (table) {
        ReadShards(table, context);
        if (table->IsHash()) ReadPartitionKey(table, context);
    }
    return table;
}

// The relation whose row has this value in an indexed column; InvalidOid if none.
Oid RelationBy(Oid index, const Key& key) {
    Oid relation = InvalidOid;
    ForEachRow(Catalog().distributed_table, index, {&key, 1}, [&](HeapTuple tuple, TupleDesc d) {
        relation = DatumGetObjectId(Column(tuple, d, kRelation));
    });
    return relation;
}

char* NameWithSuffix(const char* base_name, const char* suffix) {
    const int room = NAMEDATALEN - 1 - static_cast<int>(strlen(suffix));
    const int length = pg_mbcliplen(base_name, static_cast<int>(strlen(base_name)), room);
    return psprintf("%.*s%s", length, base_name, suffix);
}

int32 ShardIndexOfHash(const Table& table, Datum hash) {
    return static_cast<int32>(hash_combine64(0, DatumGetUInt64(hash)) %
                              static_cast<uint64>(table.shard_count));
}

}  // namespace

void ForgetTables() {
    definition_generation++;
    if (!cache) return;
    HASH_SEQ_STATUS status;
    hash_seq_init(&status, cache);
    while (auto* entry = static_cast<CacheEntry*>(hash_seq_search(&status))) {
        Retire(entry->context);
        hash_search(cache, &entry->relation, HASH_REMOVE, nullptr);
    }
}

void ForgetTable(Oid relation) {
    if (!cache) return;
    const auto* entry = static_cast<CacheEntry*>(hash_search(cache, &relation, HASH_FIND, nullptr));
    if (!entry) return;
    if (entry->table) definition_generation++;
    Retire(entry->context);
    hash_search(cache, &relation, HASH_REMOVE, nullptr);
}

uint64 DefinitionGeneration() {
    return definition_generation;
}

bool TreatShellsAsPlain(bool on) {
    return std::exchange(shells_are_plain, on);
}

const Table* FindTable(Oid relation) {
    if (relation < FirstNormalObjectId || shells_are_plain || !ExtensionIsReady()) return nullptr;
    if (!cache) CreateCache();
    if (const auto* hit =
            static_cast<CacheEntry*>(hash_search(cache, &relation, HASH_FIND, nullptr)))
        return hit->table;
    MemoryContext context = nullptr;
    Table* table = nullptr;
    uint64 generation = 0;
    do {
        Retire(context);
        generation = CacheGeneration();
        context = NewEntryContext("table");
        const Key key = {kRelation, OIDOID, ObjectIdGetDatum(relation)};
        table = Read(Catalog().distributed_table_by_relation, key, context);
    } while (ChangedSince(generation));
    if (!table) {
        MemoryContextDelete(context);
        context = nullptr;
    }
    auto* entry = static_cast<CacheEntry*>(hash_search(cache, &relation, HASH_ENTER, nullptr));
    entry->context = context;
    entry->table = table;
    return table;
}

const Table* FindTableByContainer(Oid container) {
    if (container < FirstNormalObjectId || !ExtensionIsReady()) return nullptr;
    const Oid relation = RelationBy(Catalog().distributed_table_by_container,
                                    {kContainer, OIDOID, ObjectIdGetDatum(container)});
    return OidIsValid(relation) ? FindTable(relation) : nullptr;
}

const Table* FindTableById(int32 table_id) {
    if (!ExtensionIsReady()) return nullptr;
    const Oid relation = RelationBy(Catalog().distributed_table_by_table_id,
                                    {kTableId, INT4OID, Int32GetDatum(table_id)});
    return OidIsValid(relation) ? FindTable(relation) : nullptr;
}

List* AllTables() {
    List* relations = NIL;
    ForEachRow(Catalog().distributed_table, InvalidOid, {}, [&](HeapTuple tuple, TupleDesc d) {
        relations = lappend_oid(relations, DatumGetObjectId(Column(tuple, d, kRelation)));
    });
    return relations;
}

int32 ShardIndexFor(const Table& table, Datum value, bool is_null) {
    if (is_null) return 0;
    return ShardIndexOfHash(
        table, FunctionCall2Coll(table.hash_function, table.distribution_collation, value,
                                 UInt64GetDatum(HASH_PARTITION_SEED)));
}

bool FindHashFunction(const Table& table, Oid value_type, FmgrInfo* function) {
    const auto in_family = [&](Oid type) {
        return get_opfamily_proc(table.hash_opfamily, type, type, HASHEXTENDED_PROC);
    };
    Oid found = in_family(value_type);
    const Oid base = OidIsValid(found) ? value_type : getBaseType(value_type);
    if (base != value_type) found = in_family(base);
    if (OidIsValid(found)) {
        fmgr_info(found, function);
        return true;
    }
    // The family's equality takes varchar for text, too; enums and arrays are in it by no type of
    // their own.
    if (!IsBinaryCoercible(base, getBaseType(table.distribution_type))) return false;
    fmgr_info_copy(function, table.hash_function, CurrentMemoryContext);
    return true;
}

int32 ShardIndexFor(const Table& table, Datum value, bool is_null, FmgrInfo* function) {
    if (is_null) return 0;
    return ShardIndexOfHash(table, FunctionCall2Coll(function, table.distribution_collation, value,
                                                     UInt64GetDatum(HASH_PARTITION_SEED)));
}

int32 ShardIndexFor(const Table& table, Datum value, bool is_null, Oid value_type) {
    if (is_null || value_type == table.distribution_type)
        return ShardIndexFor(table, value, is_null);
    FmgrInfo function;
    return FindHashFunction(table, value_type, &function)
               ? ShardIndexFor(table, value, is_null, &function)
               : -1;
}

char* ShardName(const char* base_name, int64 shard_id) {
    char suffix[32];
    pg_snprintf(suffix, sizeof(suffix), "_" INT64_FORMAT, shard_id);
    return NameWithSuffix(base_name, suffix);
}

char* ShardName(const Table& table, int32 shard_index) {
    return ShardName(table.base_name, table.shard_ids[shard_index]);
}

char* ContainerName(const char* base_name, int32 table_id) {
    char suffix[32];
    pg_snprintf(suffix, sizeof(suffix), "_t%d", table_id);
    return NameWithSuffix(base_name, suffix);
}

char* QualifiedShardName(const Table& table, int32 shard_index) {
    return pg::QualifiedNameInTask(kDataSchema, ShardName(table, shard_index));
}

char* QualifiedContainerName(const Table& table) {
    return pg::QualifiedNameInTask(kDataSchema, ContainerName(table.base_name, table.table_id));
}

Oid LocalShardRelation(const Table& table, int32 shard_index) {
    char* name = ShardName(table, shard_index);
    const Oid relation = get_relname_relid(name, Catalog().data_schema);
    pfree(name);
    return relation;
}

}  // namespace pgspan::metadata
