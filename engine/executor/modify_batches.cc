#include "engine/executor/modify_run.h"

#include "engine/executor/statement_reads.h"
#include "engine/pg/list.h"
#include "engine/trigger/matching.h"

extern "C" {
#include "utils/datum.h"
}

namespace pgspan::executor {

namespace {

using plan::ConflictPart;

// The row has left its shard: it is inserted anew once all rows have left theirs.
void KeepMoved(void* context, TupleTableSlot* child, const Datum*, const bool*) {
    auto* run = static_cast<ModifyRun*>(context);
    tuplestore_puttupleslot(run->moved, child);
    run->moved_count++;
}

ChangeBatch* MakeChanges(ModifyRun* run, Change change) {
    ModifyScanState* state = run->state;
    ChangeTarget target = {};
    target.plan = &state->plan;
    target.deletes = change != Change::kUpdate;
    target.child_desc = run->row->tts_tupleDescriptor;
    if (change == Change::kDepart) {
        run->moved = tuplestore_begin_heap(false, false, work_mem);
        run->moved_row = MakeSingleTupleTableSlot(target.child_desc, &TTSOpsMinimalTuple);
        target.departs = trigger::CarriesOutMoves(state->plan.relation);
        target.changed = KeepMoved;
        target.context = run;
    } else if (change == Change::kLeave) {
        target.changed = ReturnLeft;
        target.context = state;
    } else if (ReturnsStaying(state->plan)) {
        target.changed = ReturnChanged;
        target.context = state;
        target.returned = state->plan.returned_attributes;
    }
    return MakeChangeBatch(target);
}

// The parameters of ON CONFLICT that are columns have the same value in every row.
void SetTail(ModifyRun* run) {
    ModifyScanState* state = run->state;
    EvaluateParameters(&state->tail, state->scan.ss.ps.ps_ExprContext);
    int number = 0;
    for (const int column : pg::EachInt(state->plan.tail_columns)) {
        Parameter& parameter = state->tail.parameters[number++];
        if (column == 0) continue;
        parameter.value = run->row->tts_values[column - 1];
        parameter.is_null = run->row->tts_isnull[column - 1];
        if (!parameter.is_null) {
            int16 length = 0;
            bool by_value = false;
            get_typlenbyval(parameter.type, &length, &by_value);
            parameter.value = datumCopy(parameter.value, by_value, length);
        }
    }
    EncodeParameters(&state->tail);
}

void SendMoved(ModifyRun* run) {
    // A store that was read to its end stays there when more is put into it.
    for (; run->moved_sent < run->moved_count; run->moved_sent++) {
        CHECK_FOR_INTERRUPTS();
        if (!tuplestore_gettupleslot(run->moved, true, false, run->moved_row))
            elog(ERROR, "a row that moves is missing");
        slot_getallattrs(run->moved_row);
        AddInserted(run, run->moved_row);
    }
}

// All rows have been inserted, or found, before the first is updated: a query would see too much.
bool DecidesSeveral(const ModifyRun* run) {
    return run->state->plan.conflict == ConflictPart::kDecides &&
           tuplestore_tuple_count(run->rows) > 1;
}

// What was written so far, for queries of triggers.
void SendWritten(ModifyRun* run, bool queried) {
    const bool waits = run->state->plan.insert.single_batch && run->inserts;
    if (queried && (waits || DecidesSeveral(run)))
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("a query in a BEFORE ROW trigger for several rows of INSERT … ON CONFLICT "
                       "DO UPDATE is not supported"),
                errhint("Insert each row by a statement of its own."));
    if (waits) return;
    // The trigger's function has memory of its own.
    const MemoryContext outer = MemoryContextSwitchTo(run->state->scan.ss.ps.state->es_query_cxt);
    WithCurrentSnapshot(run, [&] {
        for (ChangeBatch* changes : run->changes)
            if (changes) SendChanges(changes);
        SendMoved(run);
        if (run->inserts) SendInserts(run->inserts);
    });
    run->held_back = 0;
    MemoryContextSwitchTo(outer);
}

void FinishAllChanges(ModifyRun* run) {
    uint64 changed = 0;
    for (int i = 0; i < kChangeKinds; i++) {
        const uint64 count = run->changes[i] ? FinishChanges(run->changes[i]) : 0;
        changed += count;
        // A moved row counts once, where it arrives.
        const auto change = static_cast<Change>(i);
        if (change == Change::kUpdate || change == Change::kDelete) run->affected += count;
    }
    if (changed == run->change_count) return;
    // Nobody else could change what the child has locked. What another part of the statement has
    // changed is left alone; what a trigger or a function has changed cannot be written any more.
    const ModifyScanState* state = run->state;
    if (run->triggers || MayBeChangedMeanwhile(state->scan.ss.ps.state, state->plan.relation))
        RefuseChangedRow(state->plan.command);
}

void InsertMoved(ModifyRun* run) {
    SendMoved(run);
    if (run->inserts) run->affected += FinishInsert(run->inserts);
    tuplestore_rescan(run->moved);
    ReturnInserted(run, run->moved);
    ExecDropSingleTupleTableSlot(run->moved_row);
    tuplestore_end(run->moved);
}

}  // namespace

void RefuseChangedRow(CmdType command) {
    const char* what = command == CMD_DELETE  ? "deleted"
                       : command == CMD_MERGE ? "updated or deleted"
                                              : "updated";
    ereport(ERROR, errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
            errmsg("tuple to be %s was already modified by an operation triggered by the current "
                   "command",
                   what),
            errhint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate "
                    "changes to other rows."));
    pg_unreachable();
}

void AddChanged(ModifyRun* run, Change change, int shard, TupleTableSlot* child) {
    ChangeBatch*& changes = run->changes[static_cast<int>(change)];
    if (!changes) changes = MakeChanges(run, change);
    AddChange(changes, shard, child);
    run->change_count++;
    run->held_back++;
}

void AddInserted(ModifyRun* run, const TupleTableSlot* row) {
    ModifyScanState* state = run->state;
    const plan::ModifyPlan& plan = state->plan;
    if (!run->inserts) {
        SetTail(run);
        InsertTarget target = {};
        target.plan = &plan.insert;
        target.columns = state->insert_columns;
        target.tail = &state->tail;
        target.decoder = state->insert_decoder;
        target.desc = state->insert_desc;
        if (state->insert_decoder) run->inserted = tuplestore_begin_heap(false, false, work_mem);
        target.returned = run->inserted;
        run->inserts = MakeInsertBatch(target);
    }
    const int columns = list_length(plan.insert_columns);
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * columns));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * columns));
    int i = 0;
    for (const int column : pg::EachInt(plan.insert_columns)) {
        values[i] = row->tts_values[column - 1];
        nulls[i++] = row->tts_isnull[column - 1];
    }
    AddRow(run->inserts, values, nulls);
    pfree(values);
    pfree(nulls);
}

trigger::PendingWrites Pending(ModifyRun* run) {
    return {
        [](void* context, bool queried) { SendWritten(static_cast<ModifyRun*>(context), queried); },
        run, std::max<uint64>(run->held_back, DecidesSeveral(run) ? 1 : 0)};
}

void FinishWrites(ModifyRun* run) {
    FinishAllChanges(run);
    if (run->moved) {
        InsertMoved(run);
    } else if (run->inserts) {
        run->affected += FinishInsert(run->inserts);
        ReturnInserted(run, run->sources);
    }
}

}  // namespace pgspan::executor
