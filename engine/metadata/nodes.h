// The nodes of the cluster as every node knows them, cached from pgspan.node and pgspan.local_node.
// The cache is dropped when either table changes (a relcache invalidation that whoever writes them
// sends by InvalidateMetadata). Pointers stay valid until the end of the transaction.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

inline constexpr int32 kCoordinatorGroup = 0;

struct Node {
    int32 node_id;
    int32 group_id;  // 0 is the coordinator's
    const char* host;
    int32 port;
    bool is_active;
    bool is_primary;
    bool should_have_shards;
    bool is_local;
};

// True if the extension exists in this database and its tables can be read; cheap.
bool ExtensionIsReady();

// The group of this node; 0 before any node has been added.
int32 LocalGroup();
bool IsCoordinator();

// Every known node, ordered by group; never nullptr entries.
std::span<const Node> AllNodes();

// The active primary of a group; raises 55000 with a way out if there is none.
const Node& PrimaryOf(int32 group_id);
const Node* FindNode(int32 node_id);
const Node* FindNode(const char* host, int32 port);

// Sends an invalidation of all cached metadata to every backend at commit, and to this one at once
// (after CommandCounterIncrement). Call after writing any table of the schema pgspan.
void InvalidateMetadata();
// The same, and plans over this relation are made anew everywhere (it became, or ceases to be,
// distributed).
void InvalidateTable(Oid relation);

// Registers the callbacks; called once from _PG_init.
void InitializeCache();

}  // namespace pgspan::metadata
