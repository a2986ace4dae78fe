#include "engine/ddl/trigger.h"

#include "engine/ddl/change_while_local.h"
#include "engine/ddl/definition_parts.h"
#include "engine/ddl/events_here.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/metadata/foreign_keys.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/list.h"
#include "engine/pg/relation.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
}

namespace pgspan::ddl {

namespace {

const char* EventsOf(int16 type) {
    StringInfoData events;
    initStringInfo(&events);
    const auto add = [&](bool fires, const char* event) {
        if (fires) appendStringInfo(&events, "%s%s", events.len > 0 ? " OR " : "", event);
    };
    add(TRIGGER_FOR_INSERT(type), "INSERT");
    add(TRIGGER_FOR_UPDATE(type), "UPDATE");
    add(TRIGGER_FOR_DELETE(type), "DELETE");
    add(TRIGGER_FOR_TRUNCATE(type), "TRUNCATE");
    return events.data;
}

// True for a trigger that stands for those of foreign keys on the shards.
bool OnShards(const metadata::Table& table, const Trigger& trigger) {
    if (!table.IsHash() || !trigger.tgisinternal ||
        RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_NONE)
        return false;
    return metadata::KeptByShards(metadata::ReadForeignKey(trigger.tgconstraint));
}

// Each partition of a partitioned table gets its own copy of a row trigger.
const List* HeirsWithTrigger(const CreateTrigStmt& stmt) {
    const Oid relation = RangeVarGetRelid(stmt.relation, NoLock, true);
    if (!OidIsValid(relation) || !stmt.row ||
        get_rel_relkind(relation) != RELKIND_PARTITIONED_TABLE)
        return NIL;
    return metadata::DistributedHeirs(relation);
}

}  // namespace

List* TriggerStandIns(Oid relation_id, const char* name) {
    const Relation relation = relation_open(relation_id, NoLock);
    const char* table = QualifiedRelationName(relation_id);
    List* definitions = NIL;
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        if (trigger.tgisinternal || (name && strcmp(trigger.tgname, name) != 0)) continue;
        const char* quoted = quote_identifier(trigger.tgname);
        definitions = AddDefinition(
            definitions, nullptr,
            psprintf("CREATE OR REPLACE TRIGGER %s AFTER %s ON %s FOR EACH STATEMENT EXECUTE "
                     "FUNCTION pgspan.fires_on_coordinator(); ALTER TABLE %s DISABLE TRIGGER %s",
                     quoted, EventsOf(trigger.tgtype), table, table, quoted));
    }
    relation_close(relation, NoLock);
    return definitions;
}

List* SuspendTriggers(Oid relation_id, int16 type, int16 not_type) {
    List* suspended = NIL;
    const Relation relation = relation_open(relation_id, NoLock);
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        if (trigger.tgisinternal || trigger.tgenabled == TRIGGER_DISABLED ||
            (trigger.tgtype & type) != type || (trigger.tgtype & not_type) != 0)
            continue;
        auto* item = static_cast<SuspendedTrigger*>(palloc(sizeof(SuspendedTrigger)));
        *item = {pstrdup(trigger.tgname), trigger.tgenabled};
        suspended = lappend(suspended, item);
    }
    relation_close(relation, NoLock);
    for (const auto* item : pg::Each<SuspendedTrigger>(suspended))
        pg::SetTriggerState(relation_id, item->name, TRIGGER_DISABLED);
    if (suspended != NIL) CommandCounterIncrement();
    return suspended;
}

void ResumeTriggers(Oid relation, const List* suspended) {
    for (const auto* item : pg::Each<SuspendedTrigger>(suspended))
        pg::SetTriggerState(relation, item->name, item->state);
    if (suspended != NIL) CommandCounterIncrement();
}

bool ConcernsTriggers(AlterTableType subtype) {
    switch (subtype) {
    case AT_EnableTrig:
    case AT_EnableAlwaysTrig:
    case AT_EnableReplicaTrig:
    case AT_DisableTrig:
    case AT_EnableTrigAll:
    case AT_DisableTrigAll:
    case AT_EnableTrigUser:
    case AT_DisableTrigUser:
        return true;
    default:
        return false;
    }
}

bool ConcernsAllTriggers(AlterTableType subtype) {
    return subtype == AT_EnableTrigAll || subtype == AT_DisableTrigAll;
}

void SetShardTriggers(const metadata::Table& table, AlterTableType subtype) {
    List* definitions = NIL;
    for (int32 i = 0; i < table.shard_count; i++)
        definitions = AddDefinition(definitions, nullptr,
                                    psprintf("ALTER TABLE IF EXISTS %s %s TRIGGER ALL",
                                             metadata::QualifiedShardName(table, i),
                                             subtype == AT_EnableTrigAll ? "ENABLE" : "DISABLE"));
    RunDefinitions(definitions);
    Broadcast(RemoteDefinitions(definitions));
}

void KeepTriggersDisabled(const metadata::Table& table) {
    bool disabled = false;
    const Relation relation = relation_open(table.relation, NoLock);
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        disabled = disabled || (trigger.tgenabled == TRIGGER_DISABLED && OnShards(table, trigger));
    }
    relation_close(relation, NoLock);
    if (disabled) SetShardTriggers(table, AT_DisableTrigAll);
}

void CheckTriggerCommand(const metadata::Table& table, const AlterTableCmd& command) {
    const Relation relation = relation_open(table.relation, NoLock);
    const bool all = table.IsReference() && ConcernsAllTriggers(command.subtype);
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        const bool named = command.name && strcmp(command.name, trigger.tgname) == 0;
        if (trigger.tgisinternal && (all || (named && OnShards(table, trigger))))
            RefuseOn(table, "enabling and disabling the triggers of foreign keys",
                     "Name the trigger, or use USER in place of ALL.");
    }
    relation_close(relation, NoLock);
}

char* DropStandIn(Oid trigger, Oid* relation) {
    List* rows = CatalogRows(
        "SELECT tgrelid, quote_ident(tgname) FROM pg_trigger WHERE oid = %u AND NOT tgisinternal",
        trigger);
    if (rows == NIL) return nullptr;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    *relation = static_cast<Oid>(strtoul(row[0], nullptr, 10));
    return psprintf("DROP TRIGGER IF EXISTS %s ON %s", row[1], QualifiedRelationName(*relation));
}

void HandleCreateTrigger(const Statement& statement) {
    const auto* stmt = statement.Tree<CreateTrigStmt>();
    const metadata::Table* table = FindForDdl(stmt->relation, "CREATE TRIGGER");
    if (!table && IsOrigin()) {
        RunOnHeirs(statement, HeirsWithTrigger(*stmt));
        return;
    }
    RunStandard(statement);
    if (!table || !IsOrigin()) return;
    CommandCounterIncrement();
    KeepEventsHere(table->relation, stmt->events);
    Broadcast(RemoteDefinitions(TriggerStandIns(table->relation, stmt->trigname)));
}

}  // namespace pgspan::ddl

using namespace pgspan;

PGSPAN_FUNCTION(pgspan_fires_on_coordinator) {
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("triggers of distributed tables fire on the coordinator only"),
            errhint("Leave the triggers of this node disabled."));
    PG_RETURN_NULL();
}
