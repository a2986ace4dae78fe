// The callbacks that keep the metadata caches true, and the memory that they live in.
#include "engine/metadata/catalog.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"

extern "C" {
#include "utils/plancache.h"
}

namespace pgspan::metadata {

namespace {

enum class Presence { kUnknown, kAbsent, kReady };

Presence presence = Presence::kUnknown;
CatalogOids catalog;
uint64 generation = 1;
MemoryContext cache_context = nullptr;
MemoryContext retired_context = nullptr;  // parent of entries that live until the transaction ends

void ForgetEverything() {
    generation++;
    ForgetNodes();
    ForgetTables();
}

void RelcacheCallback(Datum, Oid relation) {
    pg::Entry([&] {
        if (presence != Presence::kReady) return;
        if (!OidIsValid(relation) || relation == catalog.distributed_table) {
            ForgetEverything();
        } else {
            generation++;
            ForgetTable(relation);
        }
    });
}

void NamespaceCallback(Datum, int, uint32) {
    pg::Entry([] {
        presence = Presence::kUnknown;
        ForgetEverything();
    });
}

// Casts have no invalidation of plans in PostgreSQL; but what is sent to nodes is understood there
// anew.
void CastCallback(Datum, int, uint32) {
    pg::Entry([] {
        ForgetEverything();
        ResetPlanCache();
    });
}

void TransactionCallback(XactEvent event, void*) {
    pg::Entry([&] {
        if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
            return;
        if (retired_context && retired_context->firstchild)
            MemoryContextDeleteChildren(retired_context);
    });
}

bool LookUpCatalog() {
    catalog.schema = get_namespace_oid("pgspan", true);
    catalog.data_schema = get_namespace_oid("pgspan_data", true);
    if (!OidIsValid(catalog.schema) || !OidIsValid(catalog.data_schema)) return false;
    bool complete = true;
    const auto find = [&](const char* name) {
        const Oid oid = get_relname_relid(name, catalog.schema);
        complete = complete && OidIsValid(oid);
        return oid;
    };
    catalog.node = find("node");
    catalog.local_node = find("local_node");
    catalog.distributed_table = find("distributed_table");
    catalog.distributed_table_by_relation = find("distributed_table_pkey");
    catalog.distributed_table_by_table_id = find("distributed_table_table_id_key");
    catalog.distributed_table_by_container = find("distributed_table_container");
    catalog.shard = find("shard");
    catalog.shard_by_table = find("shard_table_id_shard_index_key");
    catalog.colocation_group = find("colocation_group");
    catalog.colocation_group_by_id = find("colocation_group_pkey");
    catalog.shard_group = find("shard_group");
    catalog.shard_group_by_key = find("shard_group_pkey");
    return complete;
}

}  // namespace

bool ExtensionIsReady() {
    if (presence == Presence::kUnknown) {
        if (!IsTransactionState() || !OidIsValid(MyDatabaseId)) return false;
        // While its script runs, the tables may exist in part only: not ready, and not remembered
        // either.
        if (!LookUpCatalog()) {
            if (OidIsValid(catalog.schema)) return false;
            presence = Presence::kAbsent;
        } else {
            presence = Presence::kReady;
        }
    }
    return presence == Presence::kReady;
}

const CatalogOids& Catalog() {
    return catalog;
}

uint64 CacheGeneration() {
    return generation;
}

bool ChangedSince(uint64 before) {
    // debug_discard_caches empties the caches at every lock, and so while every entry is being
    // built: like PostgreSQL's relation cache, do not start again for that.
    return generation != before && debug_discard_caches == 0;
}

MemoryContext NewEntryContext(const char* name) {
    if (!cache_context) {
        cache_context =
            AllocSetContextCreate(CacheMemoryContext, "pgspan metadata", ALLOCSET_SMALL_SIZES);
        retired_context = AllocSetContextCreate(CacheMemoryContext, "pgspan metadata, retired",
                                                ALLOCSET_SMALL_SIZES);
    }
    const MemoryContext context =
        AllocSetContextCreateInternal(cache_context, "pgspan metadata entry", ALLOCSET_SMALL_SIZES);
    MemoryContextCopyAndSetIdentifier(context, name);
    return context;
}

void Retire(MemoryContext context) {
    if (context) MemoryContextSetParent(context, retired_context);
}

void InvalidateMetadata() {
    if (ExtensionIsReady()) CacheInvalidateRelcacheByRelid(catalog.distributed_table);
}

void InvalidateTable(Oid relation) {
    InvalidateMetadata();
    CacheInvalidateRelcacheByRelid(relation);
}

void InitializeCache() {
    CacheRegisterSyscacheCallback(CASTSOURCETARGET, CastCallback, Datum{0});
    CacheRegisterRelcacheCallback(RelcacheCallback, Datum{0});
    CacheRegisterSyscacheCallback(NAMESPACEOID, NamespaceCallback, Datum{0});
    RegisterXactCallback(TransactionCallback, nullptr);
}

}  // namespace pgspan::metadata
