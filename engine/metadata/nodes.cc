#include "engine/metadata/nodes.h"

#include "engine/metadata/catalog.h"

extern "C" {
#include "catalog/pg_enum.h"
}

namespace pgspan::metadata {

namespace {

// Attribute numbers of pgspan.node.
enum NodeColumn : AttrNumber {
    kNodeId = 1,
    kGroupId,
    kHost,
    kPort,
    kRack,
    kIsActive,
    kRole,
    kCluster,
    kShouldHaveShards
};

struct NodeCache {
    MemoryContext context;
    Node* nodes;
    int count;
    int32 local_group;
};

NodeCache cache = {};

bool IsPrimaryRole(Oid role_value) {
    const HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(role_value));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for enum value %u", role_value);
    const auto* value = reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple));
    const bool primary = strcmp(NameStr(value->enumlabel), "primary") == 0;
    ReleaseSysCache(tuple);
    return primary;
}

void Build() {
    NodeCache fresh = {};
    uint64 generation = 0;
    do {
        Retire(fresh.context);
        generation = CacheGeneration();
        fresh = {};
        fresh.context = NewEntryContext("nodes");
        const CatalogOids& catalog = Catalog();
        ForEachRow(catalog.local_node, InvalidOid, {}, [&](HeapTuple tuple, TupleDesc descriptor) {
            fresh.local_group = DatumGetInt32(Column(tuple, descriptor, 1));
        });
        int capacity = 8;
        fresh.nodes =
            static_cast<Node*>(MemoryContextAlloc(fresh.context, capacity * sizeof(Node)));
        ForEachRow(catalog.node, InvalidOid, {}, [&](HeapTuple tuple, TupleDesc d) {
            if (fresh.count == capacity) {
                capacity *= 2;
                fresh.nodes = static_cast<Node*>(repalloc(fresh.nodes, capacity * sizeof(Node)));
            }
            Node& node = fresh.nodes[fresh.count++];
            node.node_id = DatumGetInt32(Column(tuple, d, kNodeId));
            node.group_id = DatumGetInt32(Column(tuple, d, kGroupId));
            char* host = TextDatumGetCString(Column(tuple, d, kHost));
            node.host = MemoryContextStrdup(fresh.context, host);
            pfree(host);
            node.port = DatumGetInt32(Column(tuple, d, kPort));
            node.is_active = DatumGetBool(Column(tuple, d, kIsActive));
            node.is_primary = IsPrimaryRole(DatumGetObjectId(Column(tuple, d, kRole)));
            node.should_have_shards = DatumGetBool(Column(tuple, d, kShouldHaveShards));
        });
    } while (ChangedSince(generation));
    for (int i = 0; i < fresh.count; i++)
        fresh.nodes[i].is_local =
            fresh.nodes[i].group_id == fresh.local_group && fresh.nodes[i].is_primary;
    std::sort(fresh.nodes, fresh.nodes + fresh.count, [](const Node& a, const Node& b) {
        return a.group_id != b.group_id ? a.group_id < b.group_id : a.node_id < b.node_id;
    });
    cache = fresh;
}

const NodeCache& Nodes() {
    if (!cache.context) {
        if (!ExtensionIsReady())
            ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the extension pgspan does not exist in this database"),
                    errhint("Run CREATE EXTENSION pgspan."));
        Build();
    }
    return cache;
}

}  // namespace

void ForgetNodes() {
    Retire(cache.context);
    cache = {};
}

int32 LocalGroup() {
    return Nodes().local_group;
}

bool IsCoordinator() {
    return LocalGroup() == kCoordinatorGroup;
}

std::span<const Node> AllNodes() {
    const NodeCache& nodes = Nodes();
    return {nodes.nodes, static_cast<size_t>(nodes.count)};
}

const Node& PrimaryOf(int32 group_id) {
    const Node* inactive = nullptr;
    for (const Node& node : AllNodes()) {
        if (node.group_id != group_id || !node.is_primary) continue;
        if (node.is_active) return node;
        inactive = &node;
    }
    if (inactive)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("node %s:%d is disabled", inactive->host, inactive->port),
                errhint("Run SELECT citus_activate_node('%s', %d) on the coordinator.",
                        inactive->host, inactive->port));
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("no primary node is known for node group %d", group_id),
            group_id == kCoordinatorGroup
                ? errhint("Run SELECT citus_set_coordinator_host(host, port) on the coordinator.")
                : errhint("See pg_dist_node."));
    pg_unreachable();
}

const Node* FindNode(int32 node_id) {
    for (const Node& node : AllNodes())
        if (node.node_id == node_id) return &node;
    return nullptr;
}

const Node* FindNode(const char* host, int32 port) {
    for (const Node& node : AllNodes())
        if (node.port == port && strcmp(node.host, host) == 0) return &node;
    return nullptr;
}

}  // namespace pgspan::metadata
