// The list of nodes, changed only on the coordinator and replaced on every node in the same
// distributed transaction. Private to this room, but for the SQL functions in nodes.cc and
// change_node.cc.
#pragma once

#include "engine/metadata/nodes.h"
#include "engine/pg/postgres.h"

namespace pgspan::cluster {

// Adds the coordinator itself as localhost if it is not in the list yet.
void EnsureCoordinatorNode();

// Brings the list of nodes as it is in this transaction to every other active node.
void BroadcastNodes();
// pgspan.replace_nodes(…) with the list as it is now, for the node of a group.
char* ReplaceNodesStatement(int32 group_id);

// Connects to host:port outside the transaction and raises what makes it unfit to be a node of this
// cluster: another version of PostgreSQL or pgspan, no extension, no prepared transactions, this
// very server, another cluster's member.
void CheckNewNode(const char* host, int32 port);
// Connects to host:port and raises unless the server there is the given node, an active primary,
// under a new address: this server for the coordinator, else the node of the same group of this
// cluster (moved, or promoted from a standby).
void CheckMovedNode(const metadata::Node& node, const char* host, int32 port);
// True if host:port is this server.
bool IsThisServer(const char* host, int32 port);

// Makes a node that has just been added to the list a full member: its list of nodes, shells and
// containers of all tables, and copies of the reference tables.
void SetUpNode(int32 group_id);
// Removes this cluster's metadata from a node that leaves. The tables stay there as they are.
inline constexpr const char* kLeaveStatement = "SELECT pgspan.leave_cluster()";

}  // namespace pgspan::cluster
