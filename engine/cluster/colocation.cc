#include "engine/cluster/colocation.h"

#include "engine/cluster/settings.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"
#include "engine/pg/relation.h"
#include "engine/placement/shard_set.h"

extern "C" {
#include "utils/varlena.h"
}

namespace pgspan::cluster {

namespace {

struct KeyType {
    Oid type;
    Oid collation;
};

KeyType KeyTypeOf(const ColocationRequest& request) {
    KeyType key = {};
    int32 typmod = -1;
    get_atttypetypmodcoll(request.relation, request.distribution_column, &key.type, &typmod,
                          &key.collation);
    return key;
}

int32 NextColocationId() {
    return pg_strtoint32(
        pg::QueryTextAsOwner("SELECT pg_catalog.nextval('pgspan.colocation_id_sequence')"));
}

// The groups of nodes that take shards, in order.
std::span<const int32> GroupsForShards() {
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    auto* groups = static_cast<int32*>(palloc(sizeof(int32) * (nodes.size() + 1)));
    size_t count = 0;
    bool has_worker = false;
    for (const metadata::Node& node : nodes) {
        has_worker = has_worker || node.group_id != metadata::kCoordinatorGroup;
        if (node.is_primary && node.is_active && node.should_have_shards)
            groups[count++] = node.group_id;
    }
    if (count == 0 && has_worker)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("no active node may hold shards"),
                errhint("Run citus_activate_node(), or citus_set_node_property(host, port, "
                        "'shouldhaveshards', true)."));
    if (count == 0) groups[count++] = metadata::kCoordinatorGroup;  // a cluster of one node
    return {groups, count};
}

Colocation NewColocation(int32 shard_count, bool is_default) {
    const std::span<const int32> groups = GroupsForShards();
    auto* placement = static_cast<int32*>(palloc(sizeof(int32) * shard_count));
    for (int32 i = 0; i < shard_count; i++) placement[i] = groups[i % groups.size()];
    return {NextColocationId(), shard_count, placement, is_default};
}

Colocation ExistingColocation(int32 colocation_id) {
    List* rows = pg::QueryRowsAsOwner(psprintf(
        "SELECT group_id FROM pgspan.shard_group WHERE colocation_id = %d ORDER BY shard_index",
        colocation_id));
    auto* placement = static_cast<int32*>(palloc(sizeof(int32) * (list_length(rows) + 1)));
    int32 count = 0;
    for (const auto* row : pg::Each<char*>(rows)) placement[count++] = pg_strtoint32(row[0]);
    return {colocation_id, count, placement, true};
}

[[noreturn]] void RefuseColocation(const ColocationRequest& request, Oid other,
                                   const char* reason) {
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("cannot colocate table \"%s\" with \"%s\"", get_rel_name(request.relation),
                   get_rel_name(other)),
            errdetail("%s", reason));
    pg_unreachable();
}

Colocation ColocateWith(const ColocationRequest& request) {
    const Oid other = pg::RelationNamed(request.colocate_with, AccessShareLock);
    const metadata::Table* table = metadata::FindTable(other);
    if (!table || !table->IsHash())
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("table \"%s\" is not distributed", request.colocate_with),
                errhint("colocate_with takes a distributed table, 'default' or 'none'."));
    if (request.shard_count != 0)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("shard_count cannot be given together with a table to colocate with"),
                errdetail("Colocated tables have the same number of shards."));
    const KeyType key = KeyTypeOf(request);
    if (table->distribution_type != key.type)
        RefuseColocation(
            request, other,
            psprintf("Their distribution columns are of type %s and %s.", format_type_be(key.type),
                     format_type_be(table->distribution_type)));
    if (table->distribution_collation != key.collation)
        RefuseColocation(request, other,
                         "The collations of their distribution columns are different.");
    return ExistingColocation(table->colocation_id);
}

}  // namespace

Colocation ChooseColocation(const ColocationRequest& request) {
    pg::RunSqlAsOwner("LOCK TABLE pgspan.colocation_group IN SHARE UPDATE EXCLUSIVE MODE");
    const int32 shard_count = request.shard_count != 0 ? request.shard_count : DefaultShardCount();
    if (shard_count < 1 || shard_count > placement::kMaxShardCount)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("shard_count must be between 1 and %d", placement::kMaxShardCount));
    if (pg_strcasecmp(request.colocate_with, "none") == 0) return NewColocation(shard_count, false);
    if (pg_strcasecmp(request.colocate_with, "default") != 0) return ColocateWith(request);
    const KeyType key = KeyTypeOf(request);
    const char* existing = pg::QueryTextAsOwner(
        psprintf("SELECT pg_catalog.min(colocation_id) FROM pgspan.colocation_group WHERE "
                 "is_default AND shard_count = %d"
                 " AND distribution_type = %u AND distribution_collation = %u",
                 shard_count, key.type, key.collation));
    return existing ? ExistingColocation(pg_strtoint32(existing))
                    : NewColocation(shard_count, true);
}

Colocation ReferenceColocation() {
    pg::RunSqlAsOwner("LOCK TABLE pgspan.colocation_group IN SHARE UPDATE EXCLUSIVE MODE");
    const char* existing = pg::QueryTextAsOwner(
        "SELECT pg_catalog.min(colocation_id) FROM pgspan.colocation_group WHERE distribution_type "
        "IS NULL");
    return {existing ? pg_strtoint32(existing) : NextColocationId(), 1, nullptr, true};
}

}  // namespace pgspan::cluster
