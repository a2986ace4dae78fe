#include "engine/trigger/matching.h"

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

// Whether the UPDATE may change what the foreign key references.
bool ChangesKey(Relation relation, Oid constraint, const Bitmapset* updated) {
    if (relation->trigdesc->trig_update_before_row) return true;
    const HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for constraint %u", constraint);
    int count = 0;
    AttrNumber own[INDEX_MAX_KEYS];
    AttrNumber referenced[INDEX_MAX_KEYS];
    int set_count = 0;
    AttrNumber set_columns[INDEX_MAX_KEYS];
    DeconstructFkConstraintRow(tuple, &count, own, referenced, nullptr, nullptr, nullptr,
                               &set_count, set_columns);
    ReleaseSysCache(tuple);
    return std::any_of(referenced, referenced + count, [&](AttrNumber column) {
        return TupleDescAttr(RelationGetDescr(relation), column - 1)->attgenerated ||
               bms_is_member(column - FirstLowInvalidHeapAttributeNumber, updated);
    });
}

bool Concerns(Relation relation, const Trigger& trigger, CmdType command,
              const Bitmapset* updated) {
    if ((trigger.tgtype & EventType(command)) == 0) return false;
    if (!trigger.tgisinternal) return true;
    return KeepsLocalKey(trigger) &&
           (command != CMD_UPDATE || ChangesKey(relation, trigger.tgconstraint, updated));
}

}  // namespace

Matching& Matching::operator|=(const Matching& other) {
    any = any || other.any;
    before_row = before_row || other.before_row;
    after_row = after_row || other.after_row;
    reads_tables = reads_tables || other.reads_tables;
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

bool KeepsLocalKey(const Trigger& trigger) {
    return trigger.tgisinternal && RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_PK &&
           trigger.tgenabled != TRIGGER_DISABLED && !metadata::FindTable(trigger.tgconstrrelid);
}

Matching MatchingTriggers(Oid relation_id, CmdType command, const Bitmapset* updated) {
    Matching matching = {};
    const Relation relation = table_open(relation_id, NoLock);
    const TriggerDesc* triggers = relation->trigdesc;
    for (int i = 0; triggers && i < triggers->numtriggers; i++) {
        const Trigger& trigger = triggers->triggers[i];
        if (!Concerns(relation, trigger, command, updated)) continue;
        if (!metadata::IsCoordinator()) RefuseHere(relation, trigger);
        if (trigger.tgenabled != TRIGGER_DISABLED) Add(&matching, trigger);
    }
    table_close(relation, NoLock);
    return matching;
}

}  // namespace pgspan::trigger
