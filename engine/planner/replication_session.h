// Sessions of subscribers (replication connections to this database), which copy the rows that a
// table has when the subscription begins.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

[[nodiscard]] bool IsReplicationSession();

// Lets a SELECT read of each distributed table the rows that lie on this node, under this session's
// snapshot: those whose later changes this node publishes. Subscribers get the others from where
// they lie.
void ReadOwnRows(Query* query);

// What PostgreSQL checks of the target of UPDATE and DELETE: that subscribers could find the rows
// by the table's replica identity. Raises 55000 and 42P10 as it does.
void CheckReplicaIdentity(const Query* query, const metadata::Table& table);

}  // namespace pgspan::planner
