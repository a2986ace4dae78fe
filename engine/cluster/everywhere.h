// Running SQL on other nodes as part of the current distributed transaction. Private to this room.
#pragma once

#include "engine/metadata/nodes.h"
#include "engine/pg/postgres.h"

namespace pgspan::cluster {

// Raises 55000 unless this is the coordinator's ordinary session; function: for the message.
void RequireCoordinator(const char* function);

// Groups of the active primaries other than this node, in order; palloc'd.
std::span<const int32> OtherGroups();

// Runs one statement for each group, all at once; raises the first error. sql_of(group) gives its
// text.
struct NodeStatement {
    int32 group_id;
    const char* sql;
};
void RunOnNodes(std::span<const NodeStatement> statements);
void RunOnGroup(int32 group_id, const char* sql);
void RunOnOthers(const char* sql);

// Blocks changes of the list of nodes until the end of the transaction, or (exclusively) also
// whoever relies on it.
void LockNodes(bool exclusively);

}  // namespace pgspan::cluster
