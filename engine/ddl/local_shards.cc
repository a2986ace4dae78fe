#include "engine/ddl/local_shards.h"

#include "engine/metadata/nodes.h"
#include "engine/pg/catalog_scan.h"

extern "C" {
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
}

namespace pgspan::ddl {

std::span<const LocalShard> LocalShards(const metadata::Table& table) {
    if (!table.IsHash()) return {};
    const int32 local_group = metadata::LocalGroup();
    auto* shards = static_cast<LocalShard*>(palloc(sizeof(LocalShard) * table.shard_count));
    size_t count = 0;
    for (int32 index = 0; index < table.shard_count; index++) {
        if (table.shard_groups[index] != local_group) continue;
        const Oid relation = metadata::LocalShardRelation(table, index);
        if (!OidIsValid(relation))
            ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR),
                    errmsg("shard %s is missing on this node",
                           metadata::QualifiedShardName(table, index)));
        shards[count++] = {index, table.shard_ids[index], relation,
                           metadata::QualifiedShardName(table, index)};
    }
    return {shards, count};
}

std::span<const Oid> ConstraintsOf(Oid relation, char type) {
    size_t capacity = 8;
    size_t count = 0;
    auto* constraints = static_cast<Oid*>(palloc(sizeof(Oid) * capacity));
    pg::EachCatalogRow<Form_pg_constraint>(
        ConstraintRelationId, ConstraintRelidTypidNameIndexId, Anum_pg_constraint_conrelid,
        relation, [&](Form_pg_constraint row, HeapTuple) {
            if (type != '\0' && row->contype != type) return;
            if (count == capacity) {
                capacity *= 2;
                constraints = static_cast<Oid*>(repalloc(constraints, sizeof(Oid) * capacity));
            }
            constraints[count++] = row->oid;
        });
    return {constraints, count};
}

}  // namespace pgspan::ddl
