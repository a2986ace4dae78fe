#include "engine/executor/modify_scan.h"

#include "engine/executor/copy_locks.h"
#include "engine/executor/custom_scan.h"
#include "engine/executor/row_set.h"
#include "engine/executor/row_triggers.h"
#include "engine/executor/scans.h"
#include "engine/executor/statement_reads.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/trigger/matching.h"

extern "C" {
#include "utils/datum.h"
}

namespace pgspan::executor {

namespace {

using plan::ConflictPart;
using plan::RowAction;

TupleTableSlot* ScanSlot(ModifyScanState* state) {
    return state->scan.ss.ss_ScanTupleSlot;
}

void BeginInsert(ModifyScanState* state) {
    const plan::InsertPlan& insert = state->plan.insert;
    state->insert_columns = MakeInsertColumns(insert.relation, insert.attributes);
    state->tail =
        CompileParameters(insert.tail_parameters, insert.tail_parameter_types, &state->scan.ss.ps);
    if (!insert.returns_rows) return;
    state->insert_decoder = MakeRowDecoder(insert.result_types, insert.result_typmods);
    state->insert_desc =
        RowDescOfTypes(insert.result_types, insert.result_typmods, insert.result_collations);
}

void Begin(ModifyScanState* state, EState* estate, int eflags) {
    auto* scan = reinterpret_cast<CustomScan*>(state->scan.ss.ps.plan);
    state->plan = plan::DecodeModify(scan->custom_private, scan->custom_exprs);
    state->scan.custom_ps = list_make1(
        ExecInitNode(static_cast<Plan*>(linitial(scan->custom_plans)), estate,
                     eflags & ~(EXEC_FLAG_REWIND | EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK)));
    if ((eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0) return;
    if (state->plan.inserts) BeginInsert(state);
    // What a plan above reads runs with it.
    if (!state->plan.counts && state->plan.conflict != ConflictPart::kTries)
        estate->es_auxmodifytables = lcons(&state->scan, estate->es_auxmodifytables);
}

// ---- One run

struct Run {
    ModifyScanState* state;
    Tuplestorestate* rows;  // of the child
    TupleTableSlot* row;
    RowSet* met;
    ChangeBatch* updates;
    ChangeBatch* deletes;
    ChangeBatch* departures;  // rows that are deleted because they move to another shard
    ChangeBatch* leaving;     // rows that are deleted because they move to another table
    Tuplestorestate* moved;   // their child rows, which SendMoved reads on
    TupleTableSlot* moved_row;
    uint64 moved_count;
    uint64 moved_sent;
    uint64 held_back;  // rows that may not have been sent yet
    InsertBatch* inserts;
    Tuplestorestate* inserted;  // RETURNING of the INSERT
    Tuplestorestate* sources;   // the child's rows as they were sent beside it; nullptr if nothing
                                // names them
    RowTriggers* triggers;
    uint64 changes;  // rows that updates, deletes, departures and leaving were given
    uint64 affected;
};

// A row for RETURNING: the child's, with what the target's row has become.
void ReturnRow(ModifyScanState* state, TupleTableSlot* child, const Datum* values,
               const bool* nulls) {
    const plan::ModifyPlan& plan = state->plan;
    const int columns = ScanSlot(state)->tts_tupleDescriptor->natts;
    auto* out = static_cast<Datum*>(palloc(sizeof(Datum) * columns));
    auto* out_nulls = static_cast<bool*>(palloc(sizeof(bool) * columns));
    if (child) {
        memcpy(out, child->tts_values, sizeof(Datum) * columns);
        memcpy(out_nulls, child->tts_isnull, sizeof(bool) * columns);
    } else {
        memset(out_nulls, true, sizeof(bool) * columns);
        memset(out, 0, sizeof(Datum) * columns);
    }
    int i = 0;
    for (const int column : pg::EachInt(plan.returned_columns)) {
        out[column - 1] = values[i];
        out_nulls[column - 1] = nulls[i];
        i++;
    }
    tuplestore_putvalues(state->returned.store, ScanSlot(state)->tts_tupleDescriptor, out,
                         out_nulls);
    pfree(out);
    pfree(out_nulls);
}

void ReturnChanged(void* context, TupleTableSlot* child, const Datum* values, const bool* nulls) {
    ReturnRow(static_cast<ModifyScanState*>(context), child, values, nulls);
}

// The row has left its shard: it is inserted anew once all rows have left theirs.
void KeepMoved(void* context, TupleTableSlot* child, const Datum*, const bool*) {
    auto* run = static_cast<Run*>(context);
    tuplestore_puttupleslot(run->moved, child);
    run->moved_count++;
}

// The row has left its table: it is returned as what it was to become.
void ReturnLeft(void* context, TupleTableSlot* child, const Datum*, const bool*) {
    auto* state = static_cast<ModifyScanState*>(context);
    const List* attributes = state->plan.returned_attributes;
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * list_length(attributes)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * list_length(attributes)));
    slot_getallattrs(child);
    int i = 0;
    for (const int attribute : pg::EachInt(attributes)) {
        const int column = list_nth_int(state->plan.triggers.new_columns, attribute - 1);
        nulls[i] = column == 0 || child->tts_isnull[column - 1];
        values[i] = nulls[i] ? Datum(0) : child->tts_values[column - 1];
        i++;
    }
    ReturnRow(state, child, values, nulls);
    pfree(values);
    pfree(nulls);
}

// Rows that stay in their table are returned.
bool ReturnsStaying(const plan::ModifyPlan& plan) {
    return plan.returns_rows && (!plan.triggers.may_leave || plan.triggers.returns_staying);
}

enum class Change { kUpdate, kDelete, kDepart, kLeave };

ChangeBatch* MakeChanges(Run* run, Change change) {
    ModifyScanState* state = run->state;
    ChangeTarget target = {};
    target.plan = &state->plan;
    target.deletes = change != Change::kUpdate;
    target.child_desc = run->row->tts_tupleDescriptor;
    if (change == Change::kDepart) {
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

void ReadChild(Run* run) {
    ModifyScanState* state = run->state;
    auto* child = static_cast<PlanState*>(linitial(state->scan.custom_ps));
    run->rows = tuplestore_begin_heap(false, false, work_mem);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        TupleTableSlot* slot = ExecProcNode(child);
        if (TupIsNull(slot)) break;
        tuplestore_puttupleslot(run->rows, slot);
    }
    run->row = MakeSingleTupleTableSlot(ExecGetResultType(child), &TTSOpsMinimalTuple);
    // Every read of the statement is on its way before its first write.
    StartReads(state->scan.ss.ps.state);
}

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
bool IsFirst(Run* run, int shard) {
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

// The parameters of ON CONFLICT that are columns have the same value in every row.
void SetTail(Run* run) {
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

void AddInserted(Run* run, const TupleTableSlot* row) {
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

// ---- Triggers

[[noreturn]] void RefuseChangedRow() {
    ereport(ERROR, errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
            errmsg("tuple to be updated was already modified by an operation triggered by the "
                   "current command"),
            errhint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate "
                    "changes to other rows."));
    pg_unreachable();
}

// What triggers and plans below have done meanwhile is seen by what is sent after it, on this node
// too.
template <typename Body>
void WithCurrentSnapshot(const Run* run, Body&& body) {
    if (!run->triggers && run->state->plan.conflict != ConflictPart::kDecides) return body();
    PushCopiedSnapshot(GetActiveSnapshot());
    UpdateActiveSnapshotCommandId();
    body();
    PopActiveSnapshot();
}

void SendMoved(Run* run) {
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
bool DecidesSeveral(const Run* run) {
    return run->state->plan.conflict == ConflictPart::kDecides &&
           tuplestore_tuple_count(run->rows) > 1;
}

// What was written so far, for queries of triggers.
void SendWritten(Run* run, bool queried) {
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
        for (ChangeBatch* changes : {run->updates, run->deletes, run->departures, run->leaving})
            if (changes) SendChanges(changes);
        SendMoved(run);
        if (run->inserts) SendInserts(run->inserts);
    });
    run->held_back = 0;
    MemoryContextSwitchTo(outer);
}

// A copy is found by its key, whatever has become of it: here it must be the row that was read.
void CheckIsCurrent(const Run* run) {
    const ModifyScanState* state = run->state;
    if (!run->triggers || state->table->IsHash()) return;
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
    if (!is_current) RefuseChangedRow();
}

trigger::PendingWrites Pending(Run* run) {
    return {[](void* context, bool queried) { SendWritten(static_cast<Run*>(context), queried); },
            run, std::max<uint64>(run->held_back, DecidesSeveral(run) ? 1 : 0)};
}

// The row as BEFORE ROW triggers leave it; nullptr if they take it away.
TupleTableSlot* BeforeRow(Run* run, CmdType command) {
    return FireBeforeRow(run->triggers, command, run->row, Pending(run));
}

// A row that a trigger changed again cannot be written any more.
void CheckAllChanged(const Run* run, uint64 changed) {
    if (run->triggers && changed != run->changes) RefuseChangedRow();
}

// ---- Rows

void InsertRow(Run* run) {
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
void PassInserted(Run* run) {
    ModifyScanState* state = run->state;
    run->affected++;
    QueueAfterInserted(run->triggers, run->row);
    if (!state->plan.returns_rows) return;
    const int count = list_length(state->plan.stored_columns);
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * (count + 1)));
    int i = 0;
    for (const int column : pg::EachInt(state->plan.stored_columns)) {
        values[i] = run->row->tts_values[column - 1];
        nulls[i++] = run->row->tts_isnull[column - 1];
    }
    ReturnRow(state, run->row, values, nulls);
    pfree(values);
    pfree(nulls);
}

void DeleteRow(Run* run, int shard) {
    TupleTableSlot* row = BeforeRow(run, CMD_DELETE);
    if (!row) return;
    CheckIsCurrent(run);
    if (!run->deletes) run->deletes = MakeChanges(run, Change::kDelete);
    AddChange(run->deletes, shard, row);
    run->changes++;
    run->held_back++;
    QueueAfterRow(run->triggers, CMD_DELETE);
}

// It counts where it arrives.
void LeaveTable(Run* run, int shard, TupleTableSlot* row) {
    if (!FireBeforeLeaving(run->triggers, Pending(run))) return;
    if (!run->leaving) run->leaving = MakeChanges(run, Change::kLeave);
    AddChange(run->leaving, shard, row);
    run->changes++;
    run->held_back++;
    QueueAfterLeaving(run->triggers);
}

void UpdateRow(Run* run, int shard) {
    TupleTableSlot* row = BeforeRow(run, CMD_UPDATE);
    if (!row) return;
    if (Leaves(run->triggers)) return LeaveTable(run, shard, row);
    CheckIsCurrent(run);
    if (NewShardOf(run->state, row, shard) != shard) {
        CheckMayMove(run->triggers);
        if (!run->departures) {
            run->departures = MakeChanges(run, Change::kDepart);
            run->moved = tuplestore_begin_heap(false, false, work_mem);
            run->moved_row =
                MakeSingleTupleTableSlot(run->row->tts_tupleDescriptor, &TTSOpsMinimalTuple);
        }
        AddChange(run->departures, shard, row);
    } else {
        if (!run->updates) run->updates = MakeChanges(run, Change::kUpdate);
        AddChange(run->updates, shard, row);
    }
    run->changes++;
    run->held_back++;
    QueueAfterRow(run->triggers, CMD_UPDATE);
}

void ChangeRow(Run* run, RowAction action) {
    const int shard = ShardOf(run->state, run->row, linitial_int(run->state->plan.key_columns));
    if (!IsFirst(run, shard)) return;
    if (action == RowAction::kDelete)
        DeleteRow(run, shard);
    else
        UpdateRow(run, shard);
}

void WriteRow(Run* run) {
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

// RETURNING of what was inserted; rows that moved, and sources (in the order in which they were
// sent), have their own columns beside.
void ReturnInserted(Run* run, Tuplestorestate* children) {
    ModifyScanState* state = run->state;
    if (!run->inserted || !ReturnsStaying(state->plan)) return;
    TupleTableSlot* slot = MakeSingleTupleTableSlot(state->insert_desc, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(run->inserted, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        slot_getallattrs(slot);
        TupleTableSlot* child = nullptr;
        if (children) {
            if (!tuplestore_gettupleslot(children, true, false, run->row))
                elog(ERROR, "a node inserted more rows than it was sent");
            slot_getallattrs(run->row);
            child = run->row;
        }
        ReturnRow(state, child, slot->tts_values, slot->tts_isnull);
    }
    ExecDropSingleTupleTableSlot(slot);
}

void InsertMoved(Run* run) {
    SendMoved(run);
    if (run->inserts) run->affected += FinishInsert(run->inserts);
    tuplestore_rescan(run->moved);
    ReturnInserted(run, run->moved);
    ExecDropSingleTupleTableSlot(run->moved_row);
    tuplestore_end(run->moved);
}

void Finish(Run* run) {
    const uint64 updated = run->updates ? FinishChanges(run->updates) : 0;
    const uint64 deleted = run->deletes ? FinishChanges(run->deletes) : 0;
    const uint64 departed = run->departures ? FinishChanges(run->departures) : 0;
    const uint64 left = run->leaving ? FinishChanges(run->leaving) : 0;
    CheckAllChanged(run, updated + deleted + departed + left);
    // A moved row counts once, where it arrives.
    run->affected += updated + deleted;
    if (run->moved) {
        InsertMoved(run);
    } else if (run->inserts) {
        run->affected += FinishInsert(run->inserts);
        ReturnInserted(run, run->sources);
    }
    // The plan above is not done yet.
    if (run->state->plan.conflict != ConflictPart::kTries) QueueAfterStatements(run->triggers);
    ExecDropSingleTupleTableSlot(run->row);
    tuplestore_end(run->rows);
    if (run->inserted) tuplestore_end(run->inserted);
    if (run->sources) tuplestore_end(run->sources);
}

// Before rows are read and locked here: others lock rows only after the copies.
void QueueForCopies(const ModifyScanState* state) {
    if (state->table->IsHash() || state->plan.row_column == 0) return;
    LockCopies(state->table->relation, plan::CopyUse::kChange);
}

void RunAll(ModifyScanState* state) {
    EState* estate = state->scan.ss.ps.state;
    if (estate->es_epq_active) elog(ERROR, "a distributed write cannot run in a recheck");
    const MemoryContext outer = MemoryContextSwitchTo(estate->es_query_cxt);
    state->has_run = true;
    state->table = &RequireTable(state->plan.relation);
    if (state->plan.returns_rows)
        state->returned = KeepRows(ScanSlot(state)->tts_tupleDescriptor, false);
    Run run = {};
    run.state = state;
    run.met = MakeRowSet();
    QueueForCopies(state);
    ReadChild(&run);
    if (state->plan.conflict == ConflictPart::kTries || state->plan.returns_source)
        run.sources = tuplestore_begin_heap(false, false, work_mem);
    // The rows that the plan below has written on this node are to be found again.
    if (state->plan.conflict == ConflictPart::kDecides) CommandCounterIncrement();
    run.triggers = MakeRowTriggers(estate, state->plan, run.row->tts_tupleDescriptor);
    FireBeforeStatements(run.triggers);
    while (tuplestore_gettupleslot(run.rows, true, false, run.row)) {
        CHECK_FOR_INTERRUPTS();
        WriteRow(&run);
    }
    WithCurrentSnapshot(&run, [&] { Finish(&run); });
    if (state->plan.counts) estate->es_processed += run.affected;
    MemoryContextSwitchTo(outer);
}

struct ModifyScan {
    using State = ModifyScanState;
    static constexpr const char* kName = plan::kModifyScanName;
    static constexpr auto& Begin = executor::Begin;
    static constexpr auto& Explain = ExplainModifyScan;

    static TupleTableSlot* Next(State* state) {
        if (!state->has_run) RunAll(state);
        TupleTableSlot* slot = ExecClearTuple(ScanSlot(state));
        NextKeptRow(state->returned, slot);
        return slot;
    }

    static void End(State* state) {
        ExecEndNode(static_cast<PlanState*>(linitial(state->scan.custom_ps)));
        DropKeptRows(&state->returned);
    }

    static void ReScan(State* state) {
        if (state->has_run) elog(ERROR, "a distributed write cannot run twice");
    }
};

}  // namespace

constexpr CustomScanMethods kModifyScanMethods = CustomScanOf<ModifyScan>::kMethods;

}  // namespace pgspan::executor
