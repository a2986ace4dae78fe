// Triggers of distributed and reference tables. They stand on the coordinator's shell and fire
// there (room trigger); every other node has a stand-in of the same name, disabled, which says that
// there is one.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// The stand-ins of the relation's triggers (of the one with that name) for other nodes:
// Definitions.
List* TriggerStandIns(Oid relation, const char* name = nullptr);

// A trigger that was switched off for a part of a statement, and its state before.
struct SuspendedTrigger {
    const char* name;
    char state;
};
// Switches off the user's triggers of the relation that have all bits of type (TRIGGER_TYPE_…) and
// none of the bits of not_type; gives List of SuspendedTrigger*. The caller holds
// AccessExclusiveLock.
List* SuspendTriggers(Oid relation, int16 type, int16 not_type);
void ResumeTriggers(Oid relation, const List* suspended);

// For ALTER TABLE … ENABLE and DISABLE TRIGGER: it changes the coordinator's triggers alone.
bool ConcernsTriggers(AlterTableType subtype);
// ENABLE and DISABLE TRIGGER ALL.
bool ConcernsAllTriggers(AlterTableType subtype);
// The same for the shards' triggers of foreign keys, on every node.
void SetShardTriggers(const metadata::Table& table, AlterTableType subtype);
// When a table is distributed whose foreign keys are disabled.
void KeepTriggersDisabled(const metadata::Table& table);
// Raises 0A000 for triggers of foreign keys that nodes fire: those named that are the shards', all
// of a reference table.
void CheckTriggerCommand(const metadata::Table& table, const AlterTableCmd& command);

// The statement that drops the stand-in of a trigger; nullptr for PostgreSQL's own triggers.
// *relation: its table.
char* DropStandIn(Oid trigger, Oid* relation);

}  // namespace pgspan::ddl
