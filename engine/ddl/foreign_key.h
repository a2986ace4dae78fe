// Foreign keys of distributed tables. The constraint stands on the shell, where PostgreSQL's own
// rules about it apply (what may be dropped, truncated, referenced). Where the shards can keep it
// (metadata/foreign_keys.h), each local shard has it to the shard with the same index of a
// colocated table, or to the reference table of this node. All others stand on the coordinator's
// shell alone.
//
// Called by: alter_table.cc, and cluster (making tables distributed). All act on this node only.
#pragma once

#include "engine/metadata/foreign_keys.h"
#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// Raises 0A000 if a reference table cannot have the foreign key.
void CheckForeignKey(Oid constraint);

// Carries a foreign key of the shell that shards keep to the local ones that do not have it yet,
// and quiets it on the shell. For a reference table only the check.
void MirrorForeignKey(Oid shell, Oid constraint);

// After a table has been distributed: foreign keys of distributed tables to it that the coordinator
// has kept and that shards can keep now become theirs, on every node.
void GiveKeysToShards(Oid referenced);

// The opposite: a key that shards have kept is the coordinator's from now on, whose metadata say so
// already. The caller has locked both tables.
void TakeFromShards(const metadata::ForeignKey& key);

// Switches off, for a part of a statement, what checks the relation's rows by its own foreign keys;
// gives what ResumeKeys takes. The caller holds AccessExclusiveLock. (Under
// session_replication_role, functions that the owner's conditions call would write elsewhere
// without triggers, too.)
List* SuspendKeys(Oid relation);
void ResumeKeys(Oid relation, const List* suspended);

// True if the constraint of that name is a foreign key of a distributed table that the coordinator
// keeps: other nodes have none of that name.
bool IsKeptHere(Oid relation, const char* constraint);
// True if there is such a key of the table, or to it.
bool HasKeysKeptHere(Oid relation);
// The distributed tables at the other ends of them.
List* TablesWithKeysKeptHere(Oid relation);

// True if the shards could keep a foreign key that is to be added to the hash-distributed table.
bool ShardsCanKeep(const metadata::Table& table, const Constraint& constraint);

// Takes the foreign keys of other tables' shards to the shards of this one away, and gives them
// back: PostgreSQL cannot change the type of a column of a partitioned table while its partitions
// are referenced.
void DropShardReferences(Oid shell);
void MirrorReferences(Oid shell);

// A shell holds no rows, so the triggers on reference tables of its foreign keys that shards keep
// are disabled: else a write to the reference table would query the shell, and with it the whole
// cluster. Idempotent; MirrorForeignKey calls it.
void QuietForeignKeys(Oid shell);
// The opposite, for a table that becomes local again.
void RestoreForeignKeys(Oid relation);

}  // namespace pgspan::ddl
