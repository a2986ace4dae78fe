#include "engine/executor/modify_scan.h"

#include "engine/executor/copy_locks.h"
#include "engine/executor/custom_scan.h"
#include "engine/executor/modify_run.h"
#include "engine/executor/scans.h"
#include "engine/executor/statement_reads.h"

namespace pgspan::executor {

namespace {

using plan::ConflictPart;

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
    WatchWrites(estate);
    if (state->plan.inserts) BeginInsert(state);
    // What a plan above reads runs with it.
    if (!state->plan.counts && state->plan.conflict != ConflictPart::kTries)
        estate->es_auxmodifytables = lcons(&state->scan, estate->es_auxmodifytables);
}

void ReadChild(ModifyRun* run) {
    ModifyScanState* state = run->state;
    auto* child = static_cast<PlanState*>(linitial(state->scan.custom_ps));
    const KeptRows computed = ComputeRows(child);
    run->rows = computed.store;
    run->row = computed.slot;
    // Every read of the statement is on its way before its first write.
    StartReads(state->scan.ss.ps.state);
    StartOpenReads(state->scan.ss.ps.state);
    run->written_meanwhile = WrittenMeanwhile(state->scan.ss.ps.state, InvalidOid);
}

// Where functions have written the same table before its rows are written, PostgreSQL raises 27000
// and 21000 for some of them.
void CheckWrittenMeanwhile(const ModifyRun* run) {
    const ModifyScanState* state = run->state;
    if (!run->written_meanwhile) return;
    if (state->plan.inserts) CheckNotWritten(state->plan.insert, state->scan.ss.ps.state);
    // PostgreSQL's locking of this node's copy has left out what they have changed.
    if (!state->table->IsHash() && state->plan.row_column != 0 &&
        WrittenMeanwhile(state->scan.ss.ps.state, state->plan.relation))
        RefuseWrittenMeanwhile(state->plan.relation);
}

// Before rows are read and locked here: others lock rows only after the copies.
void QueueForCopies(const ModifyScanState* state) {
    if (state->table->IsHash() || state->plan.row_column == 0) return;
    LockCopies(state->table->relation, plan::CopyUse::kChange);
}

void EndRun(ModifyRun* run) {
    ExecDropSingleTupleTableSlot(run->row);
    tuplestore_end(run->rows);
    if (run->inserted) tuplestore_end(run->inserted);
    if (run->sources) tuplestore_end(run->sources);
}

void RunAll(ModifyScanState* state) {
    EState* estate = state->scan.ss.ps.state;
    if (estate->es_epq_active) elog(ERROR, "a distributed write cannot run in a recheck");
    const MemoryContext outer = MemoryContextSwitchTo(estate->es_query_cxt);
    state->has_run = true;
    state->table = &RequireTable(state->plan.relation);
    if (state->plan.returns_rows)
        state->returned = KeepRows(ScanSlot(state)->tts_tupleDescriptor, false);
    ModifyRun run = {};
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
    CheckWrittenMeanwhile(&run);
    WithCurrentSnapshot(&run, [&] {
        FinishWrites(&run);
        // The plan above is not done yet.
        if (state->plan.conflict != ConflictPart::kTries) QueueAfterStatements(run.triggers);
    });
    EndRun(&run);
    if (state->plan.counts) estate->es_processed += run.affected;
    if (run.affected > 0 || run.change_count > 0) NoteWrite(estate);
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
