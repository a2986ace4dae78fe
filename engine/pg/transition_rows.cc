#include "engine/pg/transition_rows.h"

namespace pgspan::pg {

struct TransitionRows {
    EState* estate;
    ResultRelInfo* part;  // without triggers: these are fired elsewhere
    TransitionCaptureState* capture;
};

namespace {

ResultRelInfo* MakeTarget(Relation relation, int index, ResultRelInfo* root) {
    auto* target = makeNode(ResultRelInfo);
    InitResultRelInfo(target, relation, static_cast<Index>(index), root, 0);
    target->ri_TrigDesc = nullptr;
    return target;
}

// The index of the named table: where PostgreSQL looks for the columns that UPDATE assigns, an
// entry without any.
int NamedIndex([[maybe_unused]] EState* estate, [[maybe_unused]] Relation named) {
#if PG_VERSION_NUM >= 160000
    return 0;
#else
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_RELATION;
    entry->relid = RelationGetRelid(named);
    estate->es_range_table = lappend(estate->es_range_table, entry);
    estate->es_range_table_size = list_length(estate->es_range_table);
    return list_length(estate->es_range_table);
#endif
}

// PostgreSQL takes old rows as tuples.
HeapTuple TupleOf(Relation relation, TupleTableSlot* row) {
    slot_getallattrs(row);
    return heap_form_tuple(RelationGetDescr(relation), row->tts_values, row->tts_isnull);
}

}  // namespace

bool AsksForRows(const TriggerDesc* triggers, CmdType command) {
    if (!triggers) return false;
    const bool inserted = triggers->trig_insert_new_table;
    const bool updated = triggers->trig_update_old_table || triggers->trig_update_new_table;
    const bool deleted = triggers->trig_delete_old_table;
    switch (command) {
    case CMD_INSERT:
        return inserted;
    case CMD_UPDATE:
        return updated;
    case CMD_DELETE:
        return deleted;
    default:
        return inserted || updated || deleted;
    }
}

TransitionRows* MakeTransitionRows(EState* estate, Relation named, Relation part, CmdType command) {
    TransitionCaptureState* capture =
        MakeTransitionCaptureState(named->trigdesc, RelationGetRelid(named), command);
    if (!capture) return nullptr;
    auto* rows = static_cast<TransitionRows*>(palloc0(sizeof(TransitionRows)));
    rows->estate = estate;
    rows->capture = capture;
    rows->part = MakeTarget(part, 0, MakeTarget(named, NamedIndex(estate, named), nullptr));
    return rows;
}

void AddTransitionRow(TransitionRows* rows, CmdType event, TupleTableSlot* old_row,
                      TupleTableSlot* new_row) {
    HeapTuple old_tuple = old_row ? TupleOf(rows->part->ri_RelationDesc, old_row) : nullptr;
    switch (event) {
    case CMD_INSERT:
        ExecARInsertTriggers(rows->estate, rows->part, new_row, NIL, rows->capture);
        break;
    case CMD_UPDATE:
        ExecARUpdateTriggers(rows->estate, rows->part, nullptr, nullptr, nullptr, old_tuple,
                             new_row, NIL, rows->capture, false);
        break;
    case CMD_DELETE:
        ExecARDeleteTriggers(rows->estate, rows->part, nullptr, old_tuple, rows->capture, false);
        break;
    default:
        elog(ERROR, "unexpected command %d", static_cast<int>(event));
    }
    if (old_tuple) heap_freetuple(old_tuple);
}

}  // namespace pgspan::pg
