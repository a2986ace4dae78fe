#include "engine/cluster/distributed_tables.h"
#include "engine/cluster/settings.h"
#include "engine/pg/entry.h"
#include "engine/placement/shard_set.h"

namespace pgspan::cluster {

namespace {

int shard_count = 32;

// Two names, one value: assigning either sets the other's variable too.
int shard_count_alias = 32;

void AssignShardCount(int value, void*) {
    shard_count = value;
    shard_count_alias = value;
}

const char* ShowShardCount() {
    return pg::Entry([] { return static_cast<const char*>(psprintf("%d", shard_count)); });
}

}  // namespace

int DefaultShardCount() {
    return shard_count;
}

void DefineSettings() {
    DefineCustomIntVariable("pgspan.shard_count",
                            "Number of shards of a new group of colocated tables.", nullptr,
                            &shard_count, 32, 1, placement::kMaxShardCount, PGC_USERSET, 0, nullptr,
                            AssignShardCount, ShowShardCount);
    DefineCustomIntVariable("citus.shard_count", "The same as pgspan.shard_count.", nullptr,
                            &shard_count_alias, 32, 1, placement::kMaxShardCount, PGC_USERSET,
                            GUC_NO_SHOW_ALL, nullptr, AssignShardCount, ShowShardCount);
}

}  // namespace pgspan::cluster
