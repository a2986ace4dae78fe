#include "engine/executor/insert_scan.h"

#include "engine/executor/copy_locks.h"
#include "engine/executor/insert_batch.h"
#include "engine/executor/reference_write.h"
#include "engine/executor/scans.h"
#include "engine/pg/entry.h"
#include "engine/plan/distributed_plan.h"

namespace pgspan::executor {

namespace {

InsertScanState* StateOf(CustomScanState* node) {
    return reinterpret_cast<InsertScanState*>(node);
}

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
    for (int i = 0; i < list_length(scan->custom_plans); i++)
        state->scan.custom_ps = lappend(
            state->scan.custom_ps,
            ExecInitNode(static_cast<Plan*>(list_nth(scan->custom_plans, i)), estate, eflags));
    if (plan.returns_rows && (eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0)
        state->decoder = MakeRowDecoder(plan.result_types, plan.result_typmods);
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
    if (state->decoder != nullptr) GatherRows(stream, state->returned);
    const uint64 affected = Drain(stream);
    CloseStream(stream);
    return affected;
}

uint64 InsertOneRow(InsertScanState* state) {
    EvaluateParameters(&state->parameters, state->scan.ss.ps.ps_ExprContext);
    const TaskList tasks = OneRowTasks(state);
    if (RequireTable(state->plan.relation).IsHash()) return SendOneRow(state, tasks);
    LockCopies(state->plan.relation, plan::CopyUseOf(state->plan));
    return WriteReference(tasks, state->parameters, state->decoder, RowDescOf(state),
                          state->returned);
}

// ---- Rows of the child plan

uint64 InsertRows(InsertScanState* state) {
    EvaluateParameters(&state->parameters, state->scan.ss.ps.ps_ExprContext);
    InsertTarget target = {};
    target.plan = &state->plan;
    target.columns = state->columns;
    target.tail = &state->parameters;
    target.decoder = state->decoder;
    target.desc = RowDescOf(state);
    target.returned = state->returned;
    target.estate = state->scan.ss.ps.state;
    target.top = state->scan.ss.ps.plan;
    InsertBatch* batch = MakeInsertBatch(target);
    auto* child = static_cast<PlanState*>(linitial(state->scan.custom_ps));
    const int columns = list_length(state->plan.attributes);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        TupleTableSlot* slot = ExecProcNode(child);
        if (TupIsNull(slot)) break;
        slot_getsomeattrs(slot, columns);
        AddRow(batch, slot->tts_values, slot->tts_isnull);
    }
    return FinishInsert(batch);
}

void Run(InsertScanState* state) {
    EState* estate = state->scan.ss.ps.state;
    const MemoryContext outer = MemoryContextSwitchTo(estate->es_query_cxt);
    if (state->plan.returns_rows) {
        state->returned = tuplestore_begin_heap(false, false, work_mem);
        state->returned_slot = MakeSingleTupleTableSlot(RowDescOf(state), &TTSOpsMinimalTuple);
    }
    const uint64 affected = state->scan.custom_ps == NIL ? InsertOneRow(state) : InsertRows(state);
    estate->es_processed += affected;
    state->has_run = true;
    MemoryContextSwitchTo(outer);
}

TupleTableSlot* NextSlot(ScanState* node) {
    auto* state = reinterpret_cast<InsertScanState*>(node);
    if (!state->has_run) Run(state);
    TupleTableSlot* slot = ExecClearTuple(node->ss_ScanTupleSlot);
    if (state->returned == nullptr ||
        !tuplestore_gettupleslot(state->returned, true, false, state->returned_slot))
        return slot;
    slot_getallattrs(state->returned_slot);
    const int columns = slot->tts_tupleDescriptor->natts;
    memcpy(slot->tts_values, state->returned_slot->tts_values, sizeof(Datum) * columns);
    memcpy(slot->tts_isnull, state->returned_slot->tts_isnull, sizeof(bool) * columns);
    return ExecStoreVirtualTuple(slot);
}

bool Recheck(ScanState*, TupleTableSlot*) {
    return true;
}

void End(InsertScanState* state) {
    for (int i = 0; i < list_length(state->scan.custom_ps); i++)
        ExecEndNode(static_cast<PlanState*>(list_nth(state->scan.custom_ps, i)));
    if (state->returned_slot != nullptr) ExecDropSingleTupleTableSlot(state->returned_slot);
    if (state->returned != nullptr) tuplestore_end(state->returned);
}

// ---- PostgreSQL's callbacks

void BeginCallback(CustomScanState* node, EState* estate, int eflags) {
    pg::Entry([&] { Begin(StateOf(node), estate, eflags); });
}

TupleTableSlot* ExecCallback(CustomScanState* node) {
    return pg::Entry([&] { return ExecScan(&node->ss, NextSlot, Recheck); });
}

void EndCallback(CustomScanState* node) {
    pg::Entry([&] { End(StateOf(node)); });
}

void ReScanCallback(CustomScanState* node) {
    pg::Entry([&] {
        if (StateOf(node)->has_run) elog(ERROR, "a distributed INSERT cannot run twice");
    });
}

void ExplainCallback(CustomScanState* node, List* ancestors, ExplainState* es) {
    pg::Entry([&] { ExplainInsertScan(node, ancestors, es); });
}

constexpr CustomExecMethods kExecMethods = {
    .CustomName = plan::kInsertScanName,
    .BeginCustomScan = BeginCallback,
    .ExecCustomScan = ExecCallback,
    .EndCustomScan = EndCallback,
    .ReScanCustomScan = ReScanCallback,
    .ExplainCustomScan = ExplainCallback,
};

Node* CreateCallback(CustomScan*) {
    return pg::Entry([&] {
        auto* state = static_cast<InsertScanState*>(palloc0(sizeof(InsertScanState)));
        NodeSetTag(state, T_CustomScanState);
        state->scan.methods = &kExecMethods;
        return reinterpret_cast<Node*>(state);
    });
}

}  // namespace

constexpr CustomScanMethods kInsertScanMethods = {
    .CustomName = plan::kInsertScanName,
    .CreateCustomScanState = CreateCallback,
};

}  // namespace pgspan::executor
