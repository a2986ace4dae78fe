// The scan of a plan::DistributedPlan.
//
//   - At the first row, parameters are evaluated, the shard or the nodes are worked out, and the
//   tasks start.
//   - Each row comes from the streams, as they arrive or merged; PostgreSQL's ExecScan does qual
//   and projection.
//   - At the first rescan, the tasks run again while their rows are kept; later rescans replay
//   these.
//   - When parameters (PARAM_EXEC) have changed, the tasks run anew.
//
// Child plans compute rows that travel with the tasks (shipments.h): they run to their end before
// the tasks start.
//
// A write runs to its end even if nobody wants its rows; affected rows are added to the statement's
// count. A write to reference tables runs on one node first, whose rows it returns, then on all
// others, and their counts must agree.
#pragma once

#include "engine/executor/kept_rows.h"
#include "engine/executor/row_merge.h"
#include "engine/plan/distributed_plan.h"

extern "C" {
#include "commands/explain.h"
}

namespace pgspan::executor {

struct RemoteScanState {
    CustomScanState scan;  // first: PostgreSQL sees only this
    plan::DistributedPlan plan;
    ParameterSet parameters;
    Computation shard_key;
    SubTransactionId begun_in;
    RowDecoder* decoder;
    TupleTableSlot* result_slot;  // rows as the nodes return them, where the scan tuple is another
    // The current run:
    bool is_starting;
    bool is_running;
    int runs;
    MemoryContext run_memory;  // nullptr: the query's own (first run)
    int stream_count;
    TaskStream* streams;
    RowMerge* merge;
    // Rows kept for rescans, or gathered by a reference write:
    KeptRows kept;
    bool keeps_rows;
    bool kept_all;
    Bitmapset* depends_on;  // values of the executor (PARAM_EXEC) for which the nodes are asked
};

// The tasks that a run would start now, with parameters evaluated.
TaskList TasksOf(RemoteScanState* state);

// False for scans that have started, that write, or that depend on values of the executor that are
// not known yet.
bool MayStartEarly(const RemoteScanState* state);

// Starts the tasks before any row is asked for, and keeps all rows that they return: the scan then
// shows the data as of now, however late it is read. Does nothing where MayStartEarly says no.
void StartEarly(RemoteScanState* state);

// EXPLAIN of the scan (explain.cc).
void ExplainRemoteScan(CustomScanState* node, List* ancestors, ExplainState* es);

}  // namespace pgspan::executor
