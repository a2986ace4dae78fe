#include "engine/executor/remote_scan.h"

#include "engine/executor/copy_locks.h"
#include "engine/executor/custom_scan.h"
#include "engine/executor/limited_writes.h"
#include "engine/executor/reference_write.h"
#include "engine/executor/scans.h"
#include "engine/executor/shipments.h"
#include "engine/executor/statement_reads.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"

extern "C" {
#include "access/xact.h"
}

namespace pgspan::executor {

namespace {

void MakeKept(RemoteScanState* state);

// Rows that are locked as they are read must be the same when they are read again.
bool LocksRows(const RemoteScanState* state) {
    return state->plan.modifies && state->plan.command == CMD_SELECT;
}

Bitmapset* ParametersOfExecutor(List* expressions) {
    Bitmapset* found = nullptr;
    pg::WalkNode(reinterpret_cast<Node*>(expressions), [&](Node* node, auto&& descend) {
        if (!IsA(node, Param)) return descend(node);
        const auto* param = reinterpret_cast<Param*>(node);
        if (param->paramkind == PARAM_EXEC) found = bms_add_member(found, param->paramid);
        return false;
    });
    return found;
}

// What is read stays open, as PostgreSQL's scans keep it: DDL by the same session is refused until
// the statement, or cursor, ends (55006).
void OpenTables(const RemoteScanState* state, EState* estate) {
    for (Index i = 1; i <= estate->es_range_table_size; i++) {
        const RangeTblEntry* entry = exec_rt_fetch(i, estate);
        if (entry->rtekind == RTE_RELATION && list_member_oid(state->plan.relations, entry->relid))
            ExecGetRangeTableRelation(estate, i);
    }
}

void Begin(RemoteScanState* state, EState* estate, int eflags) {
    auto* scan = reinterpret_cast<CustomScan*>(state->scan.ss.ps.plan);
    PlanState* planstate = &state->scan.ss.ps;
    for (auto* child : pg::Each<Plan>(scan->custom_plans))
        state->scan.custom_ps =
            lappend(state->scan.custom_ps,
                    ExecInitNode(child, estate, eflags & ~(EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK)));
    state->plan = plan::Decode(scan->custom_private, scan->custom_exprs);
    state->parameters =
        CompileParameters(state->plan.parameters, state->plan.parameter_types, planstate);
    if (state->plan.shard_key) state->shard_key = Compile(state->plan.shard_key, planstate);
    if ((eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0) return;
    OpenTables(state, estate);
    state->depends_on = ParametersOfExecutor(scan->custom_exprs);
    for (auto* child : pg::Each<Plan>(scan->custom_plans))
        state->depends_on = bms_add_members(state->depends_on, child->extParam);
    if (state->plan.returns_rows)
        state->decoder = MakeRowDecoder(state->plan.result_types, state->plan.result_typmods);
    if (state->plan.scan_attributes != NIL)
        state->result_slot = ExecInitExtraTupleSlot(
            planstate->state,
            RowDescOfTypes(state->plan.result_types, state->plan.result_typmods,
                           state->plan.result_collations),
            &TTSOpsVirtual);
    state->begun_in = GetCurrentSubTransactionId();
    if (state->plan.command == CMD_SELECT) RegisterRead(state);
    state->keeps_rows = LocksRows(state) && (eflags & EXEC_FLAG_REWIND) != 0;
    if (state->keeps_rows) MakeKept(state);
}

// ---- Which tasks

int ShardOf(RemoteScanState* state, const metadata::Table& anchor) {
    if (state->plan.shard_key == nullptr) return state->plan.fixed_shard;
    bool is_null = false;
    const Datum key = Compute(state->shard_key, state->scan.ss.ps.ps_ExprContext, &is_null);
    // No row equals NULL, but the query may return some nevertheless (an aggregate): any shard
    // finds out.
    if (is_null) return metadata::ShardIndexFor(anchor, Datum(0), true);
    const int shard = metadata::ShardIndexFor(anchor, key, false, state->plan.shard_key_type);
    if (shard < 0)
        ereport(
            ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg(
                "values of type %s cannot be hashed like the distribution column of table \"%s\"",
                format_type_be(state->plan.shard_key_type), get_rel_name(anchor.relation)));
    return shard;
}

}  // namespace

TaskList TasksOf(RemoteScanState* state) {
    if (state->plan.kind == plan::TaskKind::kReference) return MakeReferenceTasks(state->plan.sql);
    const metadata::Table& anchor = RequireTable(state->plan.anchor);
    if (state->plan.kind == plan::TaskKind::kFanOut) return MakeFanOutTasks(state->plan, anchor);
    return MakeRouterTask(state->plan, anchor, ShardOf(state, anchor));
}

namespace {

// ---- One run

// The slot that takes a row as the nodes return it.
TupleTableSlot* ResultSlot(RemoteScanState* state) {
    return state->result_slot ? state->result_slot : state->scan.ss.ss_ScanTupleSlot;
}

TupleDesc RowDescOf(RemoteScanState* state) {
    return ResultSlot(state)->tts_tupleDescriptor;
}

void MakeKept(RemoteScanState* state) {
    state->kept = KeepRows(RowDescOf(state), true);
}

void DropKept(RemoteScanState* state) {
    DropKeptRows(&state->kept);
    state->kept_all = false;
}

// False for what locks rows alone, of a statement that is to write them.
bool Writes(const RemoteScanState* state) {
    const PlanState& scan = state->scan.ss.ps;
    return state->plan.modifies &&
           (state->plan.command != CMD_SELECT || scan.state->es_plannedstmt->planTree == scan.plan);
}

void CountAffected(RemoteScanState* state, uint64 rows) {
    EState* estate = state->scan.ss.ps.state;
    // Of a SELECT (with a writing CTE) PostgreSQL counts the rows that it returns.
    if (state->plan.command != CMD_SELECT) estate->es_processed += rows;
    if (rows > 0 && Writes(state)) NoteWrite(estate);
}

void RunReferenceWrite(RemoteScanState* state, const TaskList& tasks) {
    LockCopies(state->plan.copies, state->plan.copy_uses);
    if (state->plan.returns_rows) MakeKept(state);
    const uint64 affected = WriteReference(tasks, state->parameters, state->decoder,
                                           RowDescOf(state), state->kept.store);
    CountAffected(state, affected);
    state->keeps_rows = state->kept_all = true;
}

// A write that is a transaction of its own has ended when this returns true.
bool RanAsTransaction(RemoteScanState* state, const TaskList& tasks) {
    const plan::DistributedPlan& plan = state->plan;
    if (!plan.modifies || plan.returns_rows || plan.shipments != NIL) return false;
    const PlanState& scan = state->scan.ss.ps;
    if (!IsWholeTransaction(scan.state, scan.plan)) return false;
    CountAffected(state, RunWholeTransaction(tasks, state->parameters));
    return true;
}

// True if an array that another part of the statement computes is one of the parameters.
bool AwaitsArray(const RemoteScanState* state) {
    for (auto* parameter : pg::Each<Node>(state->plan.parameters))
        if (IsA(parameter, Param) && reinterpret_cast<Param*>(parameter)->paramkind == PARAM_EXEC &&
            OidIsValid(get_element_type(reinterpret_cast<Param*>(parameter)->paramtype)))
            return true;
    return false;
}

transaction::Access AccessOf(const plan::DistributedPlan& plan) {
    if (plan.modifies) return transaction::Access::kWrite;
    return plan.holds ? transaction::Access::kHold : transaction::Access::kRead;
}

// A cursor may outlive the savepoint under which its rows were asked for: a rollback to it ends
// what still runs on the nodes.
void OutliveSubtransaction(const RemoteScanState* state) {
    if (state->plan.command != CMD_SELECT || !state->plan.returns_rows ||
        GetCurrentSubTransactionId() <= state->begun_in)
        return;
    for (int i = 0; i < state->stream_count; i++) TakeOver(&state->streams[i]);
}

void StopRun(RemoteScanState* state) {
    for (int i = 0; i < state->stream_count; i++) CloseStream(&state->streams[i]);
    state->stream_count = 0;
    state->streams = nullptr;
    state->merge = nullptr;
    state->is_running = false;
}

// Waits for every task of a write that returns nothing, or of one whose rows have all been read.
void FinishWrite(RemoteScanState* state) {
    uint64 affected = 0;
    for (int i = 0; i < state->stream_count; i++) affected += Drain(&state->streams[i]);
    if (state->plan.modifies) CountAffected(state, affected);
    StopRun(state);
    state->is_running = true;  // ended, not to be started again
}

// Whoever reads only some of the rows is to know of all that were written.
bool MustKeepWritten(const RemoteScanState* state) {
    const plan::DistributedPlan& plan = state->plan;
    return plan.modifies && plan.returns_rows && plan.command != CMD_SELECT &&
           IsLimited(state->scan.ss.ps.state);
}

void KeepWritten(RemoteScanState* state) {
    MakeKept(state);
    for (int i = 0; i < state->stream_count; i++) GatherRows(&state->streams[i], state->kept.store);
    FinishWrite(state);
    state->keeps_rows = state->kept_all = true;
}

void StartRun(RemoteScanState* state) {
    EState* estate = state->scan.ss.ps.state;
    CheckReadInTime(state);
    state->is_starting = true;
    const bool is_first = state->runs++ == 0;
    if (!is_first && state->run_memory == nullptr)
        state->run_memory =
            AllocSetContextCreate(estate->es_query_cxt, "pgspan run", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext outer =
        MemoryContextSwitchTo(is_first ? estate->es_query_cxt : state->run_memory);
    EvaluateParameters(&state->parameters, state->scan.ss.ps.ps_ExprContext);
    if (Writes(state)) StartOpenReads(estate);
    TaskList tasks = TasksOf(state);
    if (state->plan.shipments != NIL)
        Ship(state->plan, state->scan.custom_ps, &tasks, &state->parameters);
    CheckNotWritten(state);
    if (state->plan.kind == plan::TaskKind::kReference) {
        RunReferenceWrite(state, tasks);
    } else if (!RanAsTransaction(state, tasks)) {
        TaskOptions options;
        options.access = AccessOf(state->plan);
        options.decoder = state->decoder;
        options.desc = RowDescOf(state);
        // How many rows are shipped, or keys chosen, decides how the node looks for them: planned
        // for these arrays.
        options.prepare = state->plan.shipments == NIL && !AwaitsArray(state);
        state->stream_count = tasks.count;
        state->streams = StartTasks(tasks, state->parameters, options);
        OutliveSubtransaction(state);
        if (state->plan.returns_rows)
            state->merge = MakeRowMerge(state->streams, tasks.count, state->plan);
        if (MustKeepWritten(state)) KeepWritten(state);
    }
    state->is_starting = false;
    state->is_running = true;
    MemoryContextSwitchTo(outer);
}

// ---- Rows

bool NextRunRow(RemoteScanState* state, TupleTableSlot* slot) {
    if (state->stream_count == 0) return false;
    ExprContext* econtext = state->scan.ss.ps.ps_ExprContext;
    if (state->merge != nullptr &&
        NextMergedRow(state->merge, slot, econtext->ecxt_per_tuple_memory))
        return true;
    FinishWrite(state);
    return false;
}

// Like PostgreSQL's Material: replay what is kept, then go on with the run and keep what it
// returns.
bool NextOrKeptRow(RemoteScanState* state, TupleTableSlot* slot) {
    if (state->kept.store == nullptr) return false;
    if (NextKeptRow(state->kept, slot)) return true;
    if (state->kept_all) return false;
    if (!NextRunRow(state, slot)) {
        state->kept_all = true;
        return false;
    }
    tuplestore_putvalues(state->kept.store, slot->tts_tupleDescriptor, slot->tts_values,
                         slot->tts_isnull);
    return true;
}

// A row of one distributed table (the general way) as a tuple of its shell.
TupleTableSlot* ToShellTuple(RemoteScanState* state, TupleTableSlot* slot) {
    const TupleTableSlot* row = state->result_slot;
    memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
    int column = 0;
    for (const int attribute : pg::EachInt(state->plan.scan_attributes)) {
        slot->tts_values[attribute - 1] = row->tts_values[column];
        slot->tts_isnull[attribute - 1] = row->tts_isnull[column];
        column++;
    }
    ExecStoreVirtualTuple(slot);
    slot->tts_tableOid = RelationGetRelid(state->scan.ss.ss_currentRelation);
    return slot;
}

void ReScan(RemoteScanState* state) {
    ExecScanReScan(&state->scan.ss);
    if (!state->is_running) return;
    if (state->plan.modifies && !LocksRows(state))
        elog(ERROR, "a distributed write cannot run twice");
    // Filters that run here may depend on what has changed; what the nodes were asked for, or sent,
    // does not.
    const Bitmapset* changes = state->scan.ss.ps.chgParam;
    const bool changed = bms_overlap(changes, state->depends_on);
    // What nodes keep is handed over once: they have to keep it anew.
    const bool replays = !changed && !state->plan.holds;
    if (replays && state->keeps_rows) {
        tuplestore_rescan(state->kept.store);
        return;
    }
    StopRun(state);
    DropKept(state);
    for (auto* child : pg::Each<PlanState>(state->scan.custom_ps)) {
        if (changed) UpdateChangedParamSet(child, state->scan.ss.ps.chgParam);
        ExecReScan(child);
    }
    if (state->run_memory != nullptr) MemoryContextReset(state->run_memory);
    state->keeps_rows = replays;
    if (state->keeps_rows) {
        const MemoryContext outer = MemoryContextSwitchTo(state->scan.ss.ps.state->es_query_cxt);
        MakeKept(state);
        MemoryContextSwitchTo(outer);
    }
}

}  // namespace

bool MayStartEarly(const RemoteScanState* state) {
    return !state->is_running && !state->is_starting && state->plan.command == CMD_SELECT &&
           state->depends_on == nullptr;
}

void StartEarly(RemoteScanState* state) {
    if (!MayStartEarly(state)) return;
    if (!state->keeps_rows) {
        const MemoryContext outer = MemoryContextSwitchTo(state->scan.ss.ps.state->es_query_cxt);
        MakeKept(state);
        MemoryContextSwitchTo(outer);
        state->keeps_rows = true;
    }
    StartRun(state);
}

namespace {

struct RemoteScan {
    using State = RemoteScanState;
    static constexpr const char* kName = plan::kRemoteScanName;
    static constexpr auto& Begin = executor::Begin;
    static constexpr auto& ReScan = executor::ReScan;
    static constexpr auto& Explain = ExplainRemoteScan;

    static TupleTableSlot* Next(State* state) {
        TupleTableSlot* slot = ExecClearTuple(state->scan.ss.ss_ScanTupleSlot);
        TupleTableSlot* row = ExecClearTuple(ResultSlot(state));
        if (!state->is_running) StartRun(state);
        const bool found = state->keeps_rows ? NextOrKeptRow(state, row) : NextRunRow(state, row);
        if (!found) return ExecClearTuple(slot);
        return state->result_slot ? ToShellTuple(state, slot) : slot;
    }

    static void End(State* state) {
        ForgetRead(state);
        StopRun(state);
        DropKept(state);
        for (auto* child : pg::Each<PlanState>(state->scan.custom_ps)) ExecEndNode(child);
    }
};

}  // namespace

constexpr CustomScanMethods kRemoteScanMethods = CustomScanOf<RemoteScan>::kMethods;

}  // namespace pgspan::executor
