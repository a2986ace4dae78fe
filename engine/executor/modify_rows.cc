#include "engine/executor/modify_run.h"

namespace pgspan::executor {

namespace {

using plan::ConflictPart;
using plan::RowAction;

RowAction ActionOf(const plan::ModifyPlan& plan, const TupleTableSlot* row) {
    if (plan.action_column == 0) return plan::RowActionOf(plan.command);
    return static_cast<RowAction>(DatumGetInt32(row->tts_values[plan.action_column - 1]) & 3);
}

int ShardOf(const ModifyScanState* state, const TupleTableSlot* row, int column) {
    if (!state->table->IsHash()) return 0;
    return metadata::ShardIndexFor(*state->table, row->tts_values[column - 1],
                                   row->tts_isnull[column - 1]);
}

// Where the row goes; its own shard if it does not move.
int NewShardOf(const ModifyScanState* state, const TupleTableSlot* row, int shard) {
    const plan::ModifyPlan& plan = state->plan;
    for (int i = 0; plan.moves && i < list_length(plan.set_attributes); i++)
        if (list_nth_int(plan.set_attributes, i) == state->table->distribution_column)
            return ShardOf(state, row, list_nth_int(plan.set_columns, i));
    return shard;
}

// A row is changed once; false if it has been.
bool IsFirst(ModifyRun* run, int shard) {
    const plan::ModifyPlan& plan = run->state->plan;
    const auto* id =
        reinterpret_cast<ItemPointer>(DatumGetPointer(run->row->tts_values[plan.row_column - 1]));
    if (AddToSet(run->met, shard, *id)) return true;
    if (plan.command == CMD_MERGE)
        ereport(ERROR, errcode(ERRCODE_CARDINALITY_VIOLATION),
                errmsg("%s command cannot affect row a second time", "MERGE"),
                errhint("Ensure that not more than one source row matches any one target row."));
    return false;
}

// A copy is found by its key, whatever has become of it: here it must be the row that was read.
void CheckIsCurrent(const ModifyRun* run) {
    const ModifyScanState* state = run->state;
    if ((!run->triggers && !run->written_meanwhile) || state->table->IsHash()) return;
    const Relation relation = table_open(state->plan.relation, NoLock);
    TupleTableSlot* slot = table_slot_create(relation, nullptr);
    auto* row = reinterpret_cast<ItemPointer>(
        DatumGetPointer(run->row->tts_values[state->plan.row_column - 1]));
    bool is_current = false;
    WithCurrentSnapshot(run, [&] {
        is_current = table_tuple_fetch_row_version(relation, row, GetActiveSnapshot(), slot);
    });
    ExecDropSingleTupleTableSlot(slot);
    table_close(relation, NoLock);
    if (!is_current) RefuseChangedRow(state->plan.command);
}

// The row as BEFORE ROW triggers leave it; nullptr if they take it away.
TupleTableSlot* BeforeRow(ModifyRun* run, CmdType command) {
    return FireBeforeRow(run->triggers, command, run->row, Pending(run));
}

void InsertRow(ModifyRun* run) {
    const plan::TriggerPlan& triggers = run->state->plan.triggers;
    TupleTableSlot* row = BeforeRow(run, CMD_INSERT);
    if (!row) return;
    AddInserted(run, row);
    run->held_back++;
    if (run->sources) tuplestore_puttupleslot(run->sources, row);
    if (!triggers.needs_outcome) return;
    // ON CONFLICT DO NOTHING: the count alone tells of a row whether it was inserted.
    const bool may_fail = run->state->plan.insert.skips_conflicts;
    if (!may_fail || SendInserts(run->inserts) > 0) QueueAfterRow(run->triggers, CMD_INSERT);
}

// A plan below has inserted the row.
void PassInserted(ModifyRun* run) {
    run->affected++;
    QueueAfterInserted(run->triggers, run->row);
    ReturnPassed(run);
}

void DeleteRow(ModifyRun* run, int shard) {
    TupleTableSlot* row = BeforeRow(run, CMD_DELETE);
    if (!row) return;
    CheckIsCurrent(run);
    AddChanged(run, Change::kDelete, shard, row);
    QueueAfterRow(run->triggers, CMD_DELETE);
}

// It counts where it arrives.
void LeaveTable(ModifyRun* run, int shard, TupleTableSlot* row) {
    if (!FireBeforeLeaving(run->triggers, Pending(run))) return;
    AddChanged(run, Change::kLeave, shard, row);
    QueueAfterLeaving(run->triggers);
}

void UpdateRow(ModifyRun* run, int shard) {
    TupleTableSlot* row = BeforeRow(run, CMD_UPDATE);
    if (!row) return;
    if (Leaves(run->triggers)) return LeaveTable(run, shard, row);
    CheckIsCurrent(run);
    if (NewShardOf(run->state, row, shard) != shard) {
        CheckMayMove(run->triggers);
        AddChanged(run, Change::kDepart, shard, row);
    } else {
        AddChanged(run, Change::kUpdate, shard, row);
    }
    QueueAfterRow(run->triggers, CMD_UPDATE);
}

void ChangeRow(ModifyRun* run, RowAction action) {
    const int shard = ShardOf(run->state, run->row, linitial_int(run->state->plan.key_columns));
    if (!IsFirst(run, shard)) return;
    if (action == RowAction::kDelete)
        DeleteRow(run, shard);
    else
        UpdateRow(run, shard);
}

}  // namespace

void WriteRow(ModifyRun* run) {
    slot_getallattrs(run->row);
    switch (ActionOf(run->state->plan, run->row)) {
    case RowAction::kNothing:
        return;
    case RowAction::kInsert:
        return run->state->plan.conflict == ConflictPart::kDecides ? PassInserted(run)
                                                                   : InsertRow(run);
    case RowAction::kUpdate:
        return ChangeRow(run, RowAction::kUpdate);
    case RowAction::kDelete:
        return ChangeRow(run, RowAction::kDelete);
    }
}

}  // namespace pgspan::executor
