#include "engine/trigger/matching.h"

#include "engine/metadata/foreign_keys.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/syscache.h"
}

namespace pgspan::trigger {

namespace {

[[noreturn]] void RefuseHere(Relation relation, const Trigger& trigger) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("writing to table \"%s\" is supported on the coordinator only",
                   RelationGetRelationName(relation)),
            errdetail("Its trigger \"%s\" fires there.", trigger.tgname));
    pg_unreachable();
}

void Add(Matching* matching, const Trigger& trigger) {
    matching->any = true;
    if (trigger.tgoldtable || trigger.tgnewtable) matching->reads_tables = true;
    if (!TRIGGER_FOR_ROW(trigger.tgtype)) return;
    if (TRIGGER_FOR_BEFORE(trigger.tgtype))
        matching->before_row = true;
    else
        matching->after_row = true;
}

using metadata::ForeignKey;

// Offset by FirstLowInvalidHeapAttributeNumber.
Bitmapset* ColumnSet(const AttrNumber* columns, int count) {
    Bitmapset* set = nullptr;
    for (int i = 0; i < count; i++)
        set = bms_add_member(set, columns[i] - FirstLowInvalidHeapAttributeNumber);
    return set;
}

// Whether the UPDATE may change one of the columns.
bool MayChange(Relation relation, const Bitmapset* columns, const Bitmapset* updated) {
    if (relation->trigdesc->trig_update_before_row || bms_overlap(columns, updated)) return true;
    int column = -1;
    while ((column = bms_next_member(columns, column)) >= 0)
        if (TupleDescAttr(RelationGetDescr(relation),
                          column + FirstLowInvalidHeapAttributeNumber - 1)
                ->attgenerated)
            return true;
    return false;
}

// Whether the UPDATE may change what the key references; by_reference: what references.
bool ChangesKey(Relation relation, const ForeignKey& key, bool by_reference,
                const Bitmapset* updated) {
    return MayChange(
        relation, ColumnSet(by_reference ? key.columns : key.referenced_columns, key.column_count),
        updated);
}

bool MayMove(Relation relation, const Bitmapset* updated) {
    const AttrNumber column = metadata::FindTable(RelationGetRelid(relation))->distribution_column;
    return MayChange(relation, ColumnSet(&column, 1), updated);
}

// For a trigger of a foreign key.
bool ConcernsKept(Relation relation, const Trigger& trigger, CmdType command,
                  const Bitmapset* updated) {
    return KeepsKey(RelationGetRelid(relation), trigger) &&
           (command != CMD_UPDATE ||
            ChangesKey(relation, metadata::ReadForeignKey(trigger.tgconstraint),
                       ChecksReference(trigger), updated));
}

bool Concerns(Relation relation, const Trigger& trigger, CmdType command,
              const Bitmapset* updated) {
    if ((trigger.tgtype & EventType(command)) == 0) return false;
    if (!trigger.tgisinternal) return true;
    return (command == CMD_UPDATE && MayMove(relation, updated) &&
            CarriesOutMove(RelationGetRelid(relation), trigger)) ||
           ConcernsKept(relation, trigger, command, updated);
}

// ---- What the nodes do by themselves

// A table whose rows are deleted or changed, and the tables through which that came.
struct Change {
    Oid relation;
    CmdType command;
    const Bitmapset* updated;
    const Change* cause;
};

[[noreturn]] void RefuseCascade(const Change& change, Oid referrer) {
    const Change* first = &change;
    while (first->cause) first = first->cause;
    ereport(
        ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
        errmsg("pgspan does not support this write of table \"%s\", whose foreign keys make the "
               "nodes delete or change rows of table \"%s\" with foreign keys that the coordinator "
               "keeps",
               get_rel_name(first->relation), get_rel_name(change.relation)),
        OidIsValid(referrer)
            ? errhint("Drop the foreign key of table \"%s\".", get_rel_name(referrer))
            : errhint("Connect to the coordinator."));
    pg_unreachable();
}

bool HappensAlready(const Change& change, Oid relation, CmdType command) {
    for (const Change* c = &change; c; c = c->cause)
        if (c->relation == relation && c->command == command) return true;
    return false;
}

void CheckCascades(const Change& change);

// The shards carry out the foreign key of the distributed table `other` when rows change: the rows
// that they delete or change there must be none of keys that the coordinator keeps.
void CheckCascade(const Change& change, Oid other, const ForeignKey& key) {
    const char action = change.command == CMD_DELETE ? key.on_delete : key.on_update;
    if (action == FKCONSTR_ACTION_NOACTION || action == FKCONSTR_ACTION_RESTRICT) return;
    const bool deletes = change.command == CMD_DELETE && action == FKCONSTR_ACTION_CASCADE;
    const CmdType command = deletes ? CMD_DELETE : CMD_UPDATE;
    if (HappensAlready(change, other, command)) return;
    const Change next = {other, command,
                         deletes ? nullptr : ColumnSet(key.columns, key.column_count), &change};
    // Other nodes know only that there is something.
    if (!metadata::IsCoordinator() && metadata::FindTable(other)->only_on_coordinator)
        RefuseCascade(next, InvalidOid);
    const Relation relation = table_open(other, AccessShareLock);
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        if (trigger.tgisinternal && (trigger.tgtype & EventType(command)) != 0 &&
            ConcernsKept(relation, trigger, command, next.updated))
            RefuseCascade(next, ChecksReference(trigger) ? other : trigger.tgconstrrelid);
    }
    table_close(relation, NoLock);
    CheckCascades(next);
}

void CheckCascades(const Change& change) {
    if (change.command != CMD_DELETE && change.command != CMD_UPDATE) return;
    const Relation relation = table_open(change.relation, AccessShareLock);
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        if (!trigger.tgisinternal || RI_FKey_trigger_type(trigger.tgfoid) != RI_TRIGGER_PK ||
            (trigger.tgtype & EventType(change.command)) == 0 ||
            !metadata::FindTable(trigger.tgconstrrelid))
            continue;
        const ForeignKey key = metadata::ReadForeignKey(trigger.tgconstraint);
        if (!metadata::KeptByShards(key)) continue;
        if (change.command == CMD_DELETE || ChangesKey(relation, key, false, change.updated))
            CheckCascade(change, trigger.tgconstrrelid, key);
    }
    table_close(relation, NoLock);
}

bool IsReferencedByShards(Oid relation, const Trigger& trigger) {
    if (!trigger.tgisinternal || trigger.tgenabled == TRIGGER_DISABLED ||
        RI_FKey_trigger_type(trigger.tgfoid) != RI_TRIGGER_PK)
        return false;
    const metadata::Table* table = metadata::FindTable(relation);
    return table && table->IsHash() &&
           metadata::ActsOnShards(metadata::ReadForeignKey(trigger.tgconstraint));
}

}  // namespace

Matching& Matching::operator|=(const Matching& other) {
    any = any || other.any;
    before_row = before_row || other.before_row;
    after_row = after_row || other.after_row;
    reads_tables = reads_tables || other.reads_tables;
    looks_at_rows = looks_at_rows || other.looks_at_rows;
    return *this;
}

int16 EventType(CmdType command) {
    switch (command) {
    case CMD_INSERT:
        return TRIGGER_TYPE_INSERT;
    case CMD_UPDATE:
        return TRIGGER_TYPE_UPDATE;
    case CMD_DELETE:
        return TRIGGER_TYPE_DELETE;
    default:
        elog(ERROR, "unexpected command %d", static_cast<int>(command));
    }
}

bool KeepsKey(Oid relation, const Trigger& trigger) {
    if (!trigger.tgisinternal || trigger.tgenabled == TRIGGER_DISABLED ||
        RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_NONE)
        return false;
    const metadata::Table* table = metadata::FindTable(relation);
    return table && table->IsHash() &&
           !metadata::KeptByShards(metadata::ReadForeignKey(trigger.tgconstraint));
}

bool CarriesOutMove(Oid relation, const Trigger& trigger) {
    return IsReferencedByShards(relation, trigger) && CarriesOutMoves(relation);
}

bool CarriesOutMoves(Oid relation_id) {
    const Relation relation = table_open(relation_id, AccessShareLock);
    bool acts = false;
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers && !acts; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        acts = IsReferencedByShards(relation_id, trigger) &&
               !metadata::OnlyRefuses(metadata::ReadForeignKey(trigger.tgconstraint));
    }
    table_close(relation, AccessShareLock);
    return acts;
}

bool ActsOnReferences(Relation relation, const Trigger& trigger, CmdType command,
                      const Bitmapset* updated) {
    if (!trigger.tgisinternal || RI_FKey_trigger_type(trigger.tgfoid) != RI_TRIGGER_PK ||
        (trigger.tgtype & EventType(command)) == 0 || trigger.tgenabled == TRIGGER_DISABLED)
        return false;
    const ForeignKey key = metadata::ReadForeignKey(trigger.tgconstraint);
    return !metadata::KeptByShards(key) &&
           (command != CMD_UPDATE || ChangesKey(relation, key, false, updated));
}

bool ChecksReference(const Trigger& trigger) {
    return RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_FK;
}

bool IsOnReferencedSide(const Trigger& trigger) {
    return trigger.tgisinternal && RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_PK;
}

Matching MatchingTriggers(Oid relation_id, CmdType command, const Bitmapset* updated,
                          bool rows_only) {
    Matching matching = {};
    CheckCascades({relation_id, command, updated, nullptr});
    const Relation relation = table_open(relation_id, NoLock);
    const TriggerDesc* triggers = relation->trigdesc;
    for (int i = 0; triggers && i < triggers->numtriggers; i++) {
        const Trigger& trigger = triggers->triggers[i];
        if (!Concerns(relation, trigger, command, updated)) continue;
        if (rows_only && !TRIGGER_FOR_ROW(trigger.tgtype)) continue;
        if (!metadata::IsCoordinator()) RefuseHere(relation, trigger);
        if (trigger.tgenabled != TRIGGER_DISABLED) Add(&matching, trigger);
    }
    table_close(relation, NoLock);
    return matching;
}

}  // namespace pgspan::trigger
