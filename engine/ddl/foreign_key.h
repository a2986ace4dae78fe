// Foreign keys of distributed tables. The constraint stands on the shell, where PostgreSQL's own
// rules about it apply (what may be dropped, truncated, referenced), and is enforced by the shards:
// each local shard has it to the shard with the same index of a colocated table, or to the
// reference table of this node.
//
// Called by: alter_table.cc, and cluster (making tables distributed). All act on this node only.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// Raises 0A000 if shards cannot enforce the foreign key; constraint belongs to a table with these
// properties, which need not be registered yet.
void CheckForeignKey(Oid constraint, metadata::TableKind kind, int32 colocation_id,
                     AttrNumber distribution_column);

// Carries a foreign key of the shell to the local shards that do not have it yet, after
// CheckForeignKey, and quiets it on the shell. For a reference table only the check.
void MirrorForeignKey(Oid shell, Oid constraint);

// Removes the foreign key (or exclusion constraint) `name` of the shell from its local shards.
void DropShardConstraint(Oid shell, const char* name);

// Takes the foreign keys of other tables' shards to the shards of this one away, and gives them
// back: PostgreSQL cannot change the type of a column of a partitioned table while its partitions
// are referenced.
void DropShardReferences(Oid shell);
void MirrorReferences(Oid shell);

// A shell holds no rows, so the triggers of its foreign keys on reference tables are disabled: else
// a write to the reference table would query the shell, and with it the whole cluster. Idempotent;
// MirrorForeignKey calls it.
void QuietForeignKeys(Oid shell);
// The opposite, for a table that becomes local again.
void RestoreForeignKeys(Oid relation);

}  // namespace pgspan::ddl
