#include "engine/executor/insert_scan.h"

#include "engine/executor/copy_locks.h"
#include "engine/executor/custom_scan.h"
#include "engine/executor/insert_batch.h"
#include "engine/executor/insert_exchange.h"
#include "engine/executor/reference_write.h"
#include "engine/executor/scans.h"
#include "engine/executor/statement_reads.h"
#include "engine/pg/list.h"
#include "engine/plan/distributed_plan.h"

namespace pgspan::executor {

namespace {

TupleDesc RowDescOf(InsertScanState* state) {
    return state->scan.ss.ss_ScanTupleSlot->tts_tupleDescriptor;
}

void Begin(InsertScanState* state, EState* estate, int eflags) {
    auto* scan = reinterpret_cast<CustomScan*>(state->scan.ss.ps.plan);
    state->plan = plan::DecodeInsert(scan->custom_private, scan->custom_exprs);
    const plan::InsertPlan& plan = state->plan;
    state->columns = MakeInsertColumns(plan.relation, plan.attributes);
    List* types = list_copy(plan.tail_parameter_types);
    for (int i = 0; i < list_length(plan.values); i++)
        types = lappend_oid(types, state->columns[i].wire_type);
    state->parameters = CompileParameters(list_concat_copy(plan.tail_parameters, plan.values),
                                          types, &state->scan.ss.ps);
    RaiseAtOnce(&state->parameters, list_length(plan.tail_parameters));
    for (int i = 0; i < list_length(scan->custom_plans); i++)
        state->scan.custom_ps = lappend(
            state->scan.custom_ps,
            ExecInitNode(static_cast<Plan*>(list_nth(scan->custom_plans, i)), estate, eflags));
    if (plan.returns_rows && (eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0)
        state->decoder = MakeRowDecoder(plan.result_types, plan.result_typmods);
    if (plan.single_batch && (eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0) WatchWrites(estate);
}

// ---- One row

int ShardOfRow(InsertScanState* state, const metadata::Table& table) {
    for (int i = 0; i < list_length(state->plan.attributes); i++) {
        if (list_nth_int(state->plan.attributes, i) != table.distribution_column) continue;
        const Parameter& key =
            state->parameters.parameters[list_length(state->plan.tail_parameters) + i];
        return metadata::ShardIndexFor(table, key.value, key.is_null);
    }
    return metadata::ShardIndexFor(table, Datum(0), true);
}

// The shard's constraints bear other names than the container's.
bool NamesConstraint(const plan::InsertPlan& plan) {
    std::string_view tail = plan.tail;
    while (tail.starts_with(' ') || tail.starts_with('\n')) tail.remove_prefix(1);
    return tail.starts_with("ON CONFLICT ON CONSTRAINT");
}

}  // namespace

TaskList OneRowTasks(InsertScanState* state) {
    const metadata::Table& table = RequireTable(state->plan.relation);
    const char* sql = OneRowSql(state->plan, state->columns);
    if (!table.IsHash()) return MakeReferenceTasks(sql);
    const int shard = ShardOfRow(state, table);
    TaskList list;
    list.count = 1;
    list.tasks = static_cast<Task*>(palloc0(sizeof(Task)));
    Task& task = list.tasks[0];
    task.group_id = table.shard_groups[shard];
    task.is_local = task.group_id == metadata::LocalGroup();
    task.sql = NamesConstraint(state->plan)
                   ? sql
                   : FillRouterSql(sql, list_make1_oid(state->plan.relation), shard);
    return list;
}

namespace {

uint64 SendOneRow(InsertScanState* state, const TaskList& tasks) {
    const PlanState& scan = state->scan.ss.ps;
    if (state->decoder == nullptr && IsWholeTransaction(scan.state, scan.plan))
        return RunWholeTransaction(tasks, state->parameters);
    TaskOptions options;
    options.access = transaction::Access::kWrite;
    options.decoder = state->decoder;
    options.desc = RowDescOf(state);
    TaskStream* stream = StartTasks(tasks, state->parameters, options);
    if (state->decoder != nullptr) GatherRows(stream, state->returned.store);
    const uint64 affected = Drain(stream);
    CloseStream(stream);
    return affected;
}

uint64 InsertOneRow(InsertScanState* state) {
    EvaluateParameters(&state->parameters, state->scan.ss.ps.ps_ExprContext);
    CheckNotWritten(state->plan, state->scan.ss.ps.state);
    const TaskList tasks = OneRowTasks(state);
    if (RequireTable(state->plan.relation).IsHash()) return SendOneRow(state, tasks);
    LockCopies(state->plan.relation, plan::CopyUseOf(state->plan));
    return WriteReference(tasks, state->parameters, state->decoder, RowDescOf(state),
                          state->returned.store);
}

// ---- Rows of the child plan

template <typename NextRow>
void AddRows(const InsertScanState* state, InsertBatch* batch, NextRow&& next_row) {
    const int columns = list_length(state->plan.attributes);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        TupleTableSlot* slot = next_row();
        if (TupIsNull(slot)) return;
        slot_getsomeattrs(slot, columns);
        AddRow(batch, slot->tts_values, slot->tts_isnull);
    }
}

// What functions read must not be what has been inserted so far.
void AddComputedRows(const InsertScanState* state, InsertBatch* batch, PlanState* child) {
    KeptRows rows = ComputeRows(child);
    AddRows(state, batch, [&] {
        return tuplestore_gettupleslot(rows.store, true, false, rows.slot) ? rows.slot : nullptr;
    });
    DropKeptRows(&rows);
}

uint64 InsertRows(InsertScanState* state) {
    EvaluateParameters(&state->parameters, state->scan.ss.ps.ps_ExprContext);
    if (state->plan.gathered_types != NIL) return InsertExchanged(state);
    InsertTarget target = {};
    target.plan = &state->plan;
    target.columns = state->columns;
    target.tail = &state->parameters;
    target.decoder = state->decoder;
    target.desc = RowDescOf(state);
    target.returned = state->returned.store;
    target.estate = state->scan.ss.ps.state;
    target.top = state->scan.ss.ps.plan;
    InsertBatch* batch = MakeInsertBatch(target);
    auto* child = static_cast<PlanState*>(linitial(state->scan.custom_ps));
    if (state->plan.rows_first)
        AddComputedRows(state, batch, child);
    else
        AddRows(state, batch, [child] { return ExecProcNode(child); });
    CheckNotWritten(state->plan, state->scan.ss.ps.state);
    return FinishInsert(batch);
}

void Run(InsertScanState* state) {
    EState* estate = state->scan.ss.ps.state;
    const MemoryContext outer = MemoryContextSwitchTo(estate->es_query_cxt);
    if (state->plan.returns_rows) state->returned = KeepRows(RowDescOf(state), false);
    StartOpenReads(estate);
    const uint64 affected = state->scan.custom_ps == NIL ? InsertOneRow(state) : InsertRows(state);
    estate->es_processed += affected;
    if (affected > 0) NoteWrite(estate);
    state->has_run = true;
    MemoryContextSwitchTo(outer);
}

struct InsertScan {
    using State = InsertScanState;
    static constexpr const char* kName = plan::kInsertScanName;
    static constexpr auto& Begin = executor::Begin;
    static constexpr auto& Explain = ExplainInsertScan;

    static TupleTableSlot* Next(State* state) {
        if (!state->has_run) Run(state);
        TupleTableSlot* slot = ExecClearTuple(state->scan.ss.ss_ScanTupleSlot);
        NextKeptRow(state->returned, slot);
        return slot;
    }

    static void End(State* state) {
        for (auto* child : pg::Each<PlanState>(state->scan.custom_ps)) ExecEndNode(child);
        DropKeptRows(&state->returned);
    }

    static void ReScan(State* state) {
        if (state->has_run) elog(ERROR, "a distributed INSERT cannot run twice");
    }
};

}  // namespace

constexpr CustomScanMethods kInsertScanMethods = CustomScanOf<InsertScan>::kMethods;

}  // namespace pgspan::executor
