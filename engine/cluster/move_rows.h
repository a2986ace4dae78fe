// Streaming a table's rows between this node's shell and the shards. Memory is bounded by one row
// and the buffers of the connections; progress is told by NOTICE.
//
// Called by: create_table.cc, undistribute.cc and node_setup.cc of this room. All inside one
// distributed transaction, while the table is locked against writers; never under a
// transaction-wide snapshot (see RequireFreshSnapshots).
#pragma once

#include "engine/cluster/distributed_tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::cluster {

// Rows committed after the snapshot of a REPEATABLE READ transaction would be lost by moving:
// raises 0A000 there.
void RequireFreshSnapshots(const char* function);

bool HasRows(Oid relation);

// Copies the rows of the shell to the containers on the nodes of their shards. The containers exist
// everywhere; the shell does not read as a distributed table yet.
void MoveRowsToShards(const Registration& table);
// Copies all rows of a table of this node to the same table on other nodes.
void CopyRowsToNodes(Oid relation, std::span<const int32> groups);
// Copies the rows of all shards into the shell. The shell still reads as distributed.
void MoveRowsToShell(const metadata::Table& table);

}  // namespace pgspan::cluster
