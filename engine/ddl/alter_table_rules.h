// Which sub-commands of ALTER TABLE are supported on distributed and reference tables, and where
// each of them has to be carried out besides the shell. Private to this room.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// Where a sub-command goes on a hash-distributed table, in addition to the shell.
enum class Target {
    kRefuse,              // 0A000
    kContainer,           // PostgreSQL cascades it to the shards
    kShards,              // not allowed on partitioned tables: each shard
    kContainerAndShards,  // allowed on the container, but does not cascade
    kShell,               // on the coordinator's alone
    kShells,              // on every node, nothing besides
    kOwner,  // ALTER … OWNER: container and shards, whose schema the new owner may not write
    kReplicaIdentity,  // the index has another name on the container and on each shard
    kNewConstraint,    // taken from the shell's catalogs once it stands there
    kNamedConstraint,  // where the constraint of that name is enforced
};

Target TargetOf(AlterTableType subtype);

// Raises 0A000 for the first sub-command that the table does not support, before anything is done.
void CheckAlterTable(const metadata::Table& table, const AlterTableStmt& stmt);
// For an ordinary table: what would tie it to a distributed one.
void CheckAlterLocalTable(const AlterTableStmt& stmt);

// The distributed tables that the statement reaches through the ordinary table: its partitions and
// heirs, and those that it attaches or detaches. OIDs.
List* HeirsChangedBy(const AlterTableStmt& stmt, Oid relation);
// Default partitions whose constraint changes with what is attached or detached beside them. OIDs.
List* DefaultPartitionsAround(const AlterTableStmt& stmt, Oid relation);

// serial and its kin.
bool IsSerial(const TypeName* type);
// A call of nextval() anywhere in a raw expression.
bool CallsNextval(Node* raw_expression);

}  // namespace pgspan::ddl
