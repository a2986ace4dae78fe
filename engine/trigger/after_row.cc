#include "engine/pg/list.h"
#include "engine/trigger/course.h"
#include "engine/trigger/deferred.h"
#include "engine/trigger/firing_state.h"
#include "engine/trigger/matching.h"
#include "engine/trigger/reference_batch.h"
#include "engine/trigger/reference_check.h"
#include "engine/trigger/reference_wait.h"

namespace pgspan::trigger {

// Of the events of one firing.
struct Playback {
    Firing* firing;
    int64 position;  // the event that is next
    TupleTableSlot* old_row;
    TupleTableSlot* new_row;
    LookAhead* ahead;   // positions are those of events
    uint64 looking;     // bit i: trigger i looks ahead
    int pointer_ahead;  // of the store of rows
};

namespace {

void AddEvent(Firing* firing, RowEvent event) {
    if (firing->event_count == firing->event_capacity) {
        firing->event_capacity = std::max<int64>(64, firing->event_capacity * 2);
        const Size size = sizeof(RowEvent) * firing->event_capacity;
        firing->events = static_cast<RowEvent*>(
            firing->events ? repalloc_huge(firing->events, size)
                           : MemoryContextAllocHuge(firing->estate->es_query_cxt, size));
    }
    firing->events[firing->event_count++] = event;
}

// ---- At the end of the statement

void ReadRows(const Playback& playback, CmdType command) {
    Tuplestorestate* rows = playback.firing->rows;
    const bool complete =
        (command == CMD_INSERT || tuplestore_gettupleslot(rows, true, false, playback.old_row)) &&
        (command == CMD_DELETE || tuplestore_gettupleslot(rows, true, false, playback.new_row));
    if (!complete) elog(ERROR, "a row of a trigger is missing");
}

void CallAfter(const Playback& playback, int index, TriggerData* data, TableCommand* statement) {
    const Trigger& trigger = playback.firing->triggers->triggers[index];
    if (trigger.tgoldtable) data->tg_oldtable = statement->old_rows;
    if (trigger.tgnewtable) data->tg_newtable = statement->new_rows;
    if (trigger.tgoldtable || trigger.tgnewtable) statement->seen = true;
    if (trigger.tgisinternal && ChecksReference(trigger))
        CheckReference(playback.firing, index, data, MayHaveChanged(playback.firing));
    else
        Call(playback.firing, index, data);
}

void FireRow(const Playback& playback, const RowEvent& event) {
    Firing* firing = playback.firing;
    ReadRows(playback, event.command);
    BeginRow(firing);
    HeapTuple old_tuple = event.command == CMD_INSERT ? nullptr : TupleOf(firing, playback.old_row);
    HeapTuple new_tuple = event.command == CMD_DELETE ? nullptr : TupleOf(firing, playback.new_row);
    for (int i = 0; i < firing->triggers->numtriggers; i++) {
        if ((event.fires & (UINT64CONST(1) << i)) == 0) continue;
        if (playback.looking != 0 && IsFound(playback.ahead, i, event.found)) continue;
        if (IsDeferred(firing->triggers->triggers[i])) {
            Defer(firing, i, event.command, old_tuple, new_tuple);
            continue;
        }
        TriggerData data = CallOf(firing, i, event.command, TRIGGER_EVENT_ROW);
        data.tg_trigtuple = old_tuple ? old_tuple : new_tuple;
        data.tg_trigslot = old_tuple ? playback.old_row : playback.new_row;
        data.tg_newtuple = old_tuple ? new_tuple : nullptr;
        data.tg_newslot = old_tuple && new_tuple ? playback.new_row : nullptr;
        CallAfter(playback, i, &data, event.statement);
    }
}

void PrepareLookAhead(Playback* playback) {
    Firing* firing = playback->firing;
    uint64 fires = 0;
    for (int64 i = 0; i < firing->event_count; i++) fires |= firing->events[i].fires;
    for (int i = 0; i < firing->triggers->numtriggers; i++)
        if ((fires & (UINT64CONST(1) << i)) != 0 && CanLookAhead(firing, i) &&
            !IsDeferred(firing->triggers->triggers[i]))
            playback->looking |= UINT64CONST(1) << i;
    if (playback->looking == 0) return;
    playback->ahead = BeginLookAhead();
    playback->pointer_ahead = tuplestore_alloc_read_pointer(firing->rows, EXEC_FLAG_REWIND);
}

// Reads on, beyond the row whose turn it is, for those whose references can be looked for now.
void LookForReferences(const Playback& playback, int64 position) {
    Firing* firing = playback.firing;
    BeginWindow(playback.ahead, position);
    tuplestore_copy_read_pointer(firing->rows, 0, playback.pointer_ahead);
    tuplestore_select_read_pointer(firing->rows, playback.pointer_ahead);
    for (; position < firing->event_count && HasSpace(playback.ahead, position); position++) {
        RowEvent& event = firing->events[position];
        event.found = 0;
        ReadRows(playback, event.command);
        for (int i = 0; i < firing->triggers->numtriggers; i++)
            if ((event.fires & playback.looking & (UINT64CONST(1) << i)) != 0)
                AddReference(playback.ahead, firing, i, playback.new_row, &event.found);
    }
    tuplestore_select_read_pointer(firing->rows, 0);
    FindReferences(playback.ahead, position);
}

void FireStatement(const Playback& playback, const Turn& turn) {
    Firing* firing = playback.firing;
    for (int i = 0; i < firing->triggers->numtriggers; i++) {
        if ((turn.fires & (UINT64CONST(1) << i)) == 0) continue;
        BeginRow(firing);
        TriggerData data = CallOf(firing, i, turn.statement->command, 0);
        CallAfter(playback, i, &data, turn.statement);
    }
}

// Who references the rows that have been deleted, or have another key, can be seen from now on.
void AwaitReferencing(const Firing& firing) {
    uint64 fires = 0;
    for (int64 i = 0; i < firing.event_count; i++) fires |= firing.events[i].fires;
    bool asked = false;
    for (int i = 0; i < firing.triggers->numtriggers && !asked; i++) {
        const Trigger& trigger = firing.triggers->triggers[i];
        asked = (fires & (UINT64CONST(1) << i)) != 0 && trigger.tgisinternal &&
                !ChecksReference(trigger);
    }
    if (!asked) return;
    const Oid relation = RelationGetRelid(firing.relation);
    if (IsolationUsesXactSnapshot() && CarriesOutMoves(relation)) RefuseSnapshot(relation);
    AwaitReferences(relation, CMD_DELETE, nullptr);
}

Playback* Begin(Firing* firing) {
    const TupleDesc descriptor = RelationGetDescr(firing->relation);
    auto* playback = static_cast<Playback*>(palloc0(sizeof(Playback)));
    playback->firing = firing;
    playback->old_row = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    playback->new_row = MakeSingleTupleTableSlot(descriptor, &TTSOpsMinimalTuple);
    PrepareLookAhead(playback);
    AwaitReferencing(*firing);
    return playback;
}

void End(Firing* firing) {
    if (const Playback* playback = firing->playback) {
        ExecDropSingleTupleTableSlot(playback->old_row);
        ExecDropSingleTupleTableSlot(playback->new_row);
    }
    ExecResetTupleTable(firing->estate->es_tupleTable, false);
    ExecCloseResultRelations(firing->estate);
    if (firing->rows) tuplestore_end(firing->rows);
    for (auto* named : pg::Each<RelationData>(firing->named)) table_close(named, NoLock);
    table_close(firing->relation, NoLock);
}

void FireTurn(const Turn& turn) {
    Firing* firing = turn.firing;
    if (turn.cancelled) return;
    const MemoryContext outer = MemoryContextSwitchTo(firing->estate->es_query_cxt);
    if (!firing->playback) firing->playback = Begin(firing);
    Playback* playback = firing->playback;
    if (turn.statement) FireStatement(*playback, turn);
    for (int64 i = 0; i < turn.rows; i++) {
        CHECK_FOR_INTERRUPTS();
        const int64 position = playback->position++;
        if (playback->looking != 0 && NeedsWindow(playback->ahead, position))
            LookForReferences(*playback, position);
        FireRow(*playback, firing->events[position]);
    }
    MemoryContextSwitchTo(outer);
}

}  // namespace

void QueueEvent(Firing* firing, RowEvent event, TupleTableSlot* old_row, TupleTableSlot* new_row) {
    if (event.fires == 0) return;
    if (!firing->rows) firing->rows = MakeStore(firing->estate->es_query_cxt);
    if (event.command != CMD_INSERT) tuplestore_puttupleslot(firing->rows, old_row);
    if (event.command != CMD_DELETE) tuplestore_puttupleslot(firing->rows, new_row);
    AddEvent(firing, event);
    AddRowTurn(firing);
}

void QueueAfterRow(Firing* firing, CmdType command, TupleTableSlot* old_row,
                   TupleTableSlot* new_row, Writer writer) {
    RowEvent event = {command, 0, CommandOf(firing, command), 0};
    const bool of_part = writer != Writer::kStatement;
    if (!of_part && event.statement->old_rows)
        tuplestore_puttupleslot(event.statement->old_rows, old_row);
    if (!of_part && event.statement->new_rows)
        tuplestore_puttupleslot(event.statement->new_rows, new_row);
    for (int i = 0; i < firing->triggers->numtriggers; i++) {
        const Trigger& trigger = firing->triggers->triggers[i];
        if (writer == Writer::kRouted && !trigger.tgisinternal) continue;
        // That of the table named sees to it.
        if (writer == Writer::kMove && IsOnReferencedSide(trigger) && trigger.tgisclone) continue;
        if (IsToFire(firing, i, TRIGGER_TYPE_ROW, TRIGGER_TYPE_AFTER, command, old_row, new_row))
            event.fires |= UINT64CONST(1) << i;
    }
    QueueEvent(firing, event, old_row, new_row);
}

void FireCycle(const Cycle& cycle) {
    for (const Turn* turn = cycle.turns; turn; turn = turn->next) FireTurn(*turn);
    for (Firing* firing = cycle.firings; firing;) {
        Firing* next = firing->next;
        End(firing);
        firing = next;
    }
}

}  // namespace pgspan::trigger
