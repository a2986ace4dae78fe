#include "engine/pg/entry.h"
#include "engine/trigger/firing_state.h"

extern "C" {
#include "access/xact.h"
}

namespace pgspan::trigger {

namespace {

PendingWrites pending = {};
int pending_level = 0;  // of the transaction in which they are to be sent

void Store(const Firing* firing, HeapTuple tuple, TupleTableSlot* row) {
    ExecClearTuple(row);
    heap_deform_tuple(tuple, RelationGetDescr(firing->relation), row->tts_values, row->tts_isnull);
    ExecStoreVirtualTuple(row);
}

// As PostgreSQL has it: the row's partition has been decided before its triggers.
void CheckStaysInPartition(Firing* firing, int index, TupleTableSlot* new_row) {
    const Trigger& trigger = firing->triggers->triggers[index];
    if (!trigger.tgisclone || Belongs(firing, new_row)) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("moving row to another partition during a BEFORE FOR EACH ROW trigger is not "
                   "supported"),
            errdetail("Before executing trigger \"%s\", the row was to be in partition \"%s.%s\".",
                      trigger.tgname, get_namespace_name(RelationGetNamespace(firing->relation)),
                      RelationGetRelationName(firing->relation)));
}

bool BeforeRow(Firing* firing, CmdType command, TupleTableSlot* old_row, TupleTableSlot* new_row) {
    HeapTuple old_tuple = nullptr;
    for (int i = 0; i < firing->triggers->numtriggers; i++) {
        if (!IsToFire(firing, i, TRIGGER_TYPE_ROW, TRIGGER_TYPE_BEFORE, command, old_row, new_row))
            continue;
        if (firing->has_rows_here || firing->catches_errors[i]) SendHeldBack(false);
        if (!old_tuple && old_row) old_tuple = TupleOf(firing, old_row);
        HeapTuple new_tuple = new_row ? TupleOf(firing, new_row) : nullptr;
        TriggerData data = CallOf(firing, i, command, TRIGGER_EVENT_ROW | TRIGGER_EVENT_BEFORE);
        data.tg_trigtuple = old_row ? old_tuple : new_tuple;
        data.tg_trigslot = old_row ? old_row : new_row;
        data.tg_newtuple = old_row ? new_tuple : nullptr;
        data.tg_newslot = old_row ? new_row : nullptr;
        HeapTuple result = Call(firing, i, &data);
        if (!result) return false;
        if (!new_row || result == new_tuple) continue;
        Store(firing, result, new_row);
        if (command == CMD_INSERT) CheckStaysInPartition(firing, i, new_row);
    }
    return true;
}

}  // namespace

void SendHeldBack(bool queried) {
    if (pending.count == 0) return;
    if (GetCurrentTransactionNestLevel() > pending_level) {
        // It would be undone with the subtransaction.
        if (!queried) return;
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("a query in a subtransaction of a BEFORE ROW trigger for several rows of a "
                       "statement is not supported"),
                errhint("Write each row by a statement of its own, or put the EXCEPTION block into "
                        "the trigger's own function."));
    }
    // What is sent starts queries of its own.
    PendingWrites writes = std::exchange(pending, {});
    ErrorData* error = pg::Capture([&] { writes.send(writes.context, queried); });
    writes.count = 0;
    pending = writes;
    if (error) ReThrowError(error);
}

bool FireBeforeRow(Firing* firing, CmdType command, TupleTableSlot* old_row,
                   TupleTableSlot* new_row, PendingWrites writes) {
    bool stays = false;
    const PendingWrites outer = std::exchange(pending, writes);
    const int outer_level = std::exchange(pending_level, GetCurrentTransactionNestLevel());
    ErrorData* error = pg::Capture([&] { stays = BeforeRow(firing, command, old_row, new_row); });
    pending = outer;
    pending_level = outer_level;
    if (error) ReThrowError(error);
    return stays;
}

void SendPendingWrites() {
    SendHeldBack(true);
}

}  // namespace pgspan::trigger
