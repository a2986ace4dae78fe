#include "engine/trigger/matching.h"

#include "engine/metadata/nodes.h"

extern "C" {
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
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

Matching MatchingTriggers(Oid relation_id, CmdType command) {
    Matching matching = {};
    const Relation relation = table_open(relation_id, NoLock);
    const TriggerDesc* triggers = relation->trigdesc;
    for (int i = 0; triggers && i < triggers->numtriggers; i++) {
        const Trigger& trigger = triggers->triggers[i];
        if (trigger.tgisinternal || (trigger.tgtype & EventType(command)) == 0) continue;
        if (!metadata::IsCoordinator()) RefuseHere(relation, trigger);
        if (trigger.tgenabled != TRIGGER_DISABLED) Add(&matching, trigger);
    }
    table_close(relation, NoLock);
    return matching;
}

}  // namespace pgspan::trigger
