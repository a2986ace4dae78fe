#include "engine/planner/local_references.h"

#include "engine/pg/list.h"
#include "engine/planner/planner.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "commands/trigger.h"
#include "utils/syscache.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The columns that UPDATE, ON CONFLICT and MERGE assign; *deletes, whether rows may go.
Bitmapset* Assigned(const Query* query, bool* deletes) {
    Bitmapset* columns = nullptr;
    const auto add = [&](const List* target_list) {
        for (const auto* entry : Each<TargetEntry>(target_list))
            if (!entry->resjunk) columns = bms_add_member(columns, entry->resno);
    };
    *deletes = query->commandType == CMD_DELETE;
    if (query->commandType == CMD_UPDATE) add(query->targetList);
    if (query->onConflict) add(query->onConflict->onConflictSet);
    for (const auto* action : Each<MergeAction>(query->mergeActionList)) {
        if (action->commandType == CMD_UPDATE) add(action->targetList);
        *deletes = *deletes || action->commandType == CMD_DELETE;
    }
    return columns;
}

bool ConcernsAny(Oid constraint, const Bitmapset* columns) {
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
    return std::any_of(referenced, referenced + count,
                       [&](AttrNumber column) { return bms_is_member(column, columns); });
}

// A local table whose foreign key would have to be looked at; InvalidOid if there is none.
Oid LocalReferrer(const TriggerDesc* triggers, const Bitmapset* columns, bool deletes) {
    for (int i = 0; triggers && i < triggers->numtriggers; i++) {
        const Trigger& trigger = triggers->triggers[i];
        if (RI_FKey_trigger_type(trigger.tgfoid) != RI_TRIGGER_PK ||
            trigger.tgenabled == TRIGGER_DISABLED || metadata::FindTable(trigger.tgconstrrelid))
            continue;
        if (deletes || ConcernsAny(trigger.tgconstraint, columns)) return trigger.tgconstrrelid;
    }
    return InvalidOid;
}

}  // namespace

void RefuseReferencedByLocal(const Query* query, const metadata::Table& table) {
    bool deletes = false;
    const Bitmapset* columns = Assigned(query, &deletes);
    if (!deletes && bms_is_empty(columns)) return;
    const Relation relation = table_open(table.relation, NoLock);
    const Oid referrer = LocalReferrer(relation->trigdesc, columns, deletes);
    table_close(relation, NoLock);
    if (!OidIsValid(referrer)) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("pgspan does not support this write of distributed table \"%s\", which local "
                   "table \"%s\" references",
                   get_rel_name(table.relation), get_rel_name(referrer)),
            errhint("Distribute \"%s\" too, or drop its foreign key.", get_rel_name(referrer)));
}

}  // namespace pgspan::planner
