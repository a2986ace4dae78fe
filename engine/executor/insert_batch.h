// Rows to be inserted, gathered by node and sent in batches: one statement a node and batch, its
// rows as arrays. Memory is bounded by kInsertBatchRows rows or kInsertBatchBytes a node, unless
// the plan asks for a single batch.
#pragma once

#include "engine/executor/insert_columns.h"
#include "engine/executor/task_stream.h"

namespace pgspan::executor {

inline constexpr size_t kInsertBatchBytes = 1024 * 1024;
// A single batch that grows over this raises 54000.
inline constexpr size_t kSingleBatchBytesMax = 512UL * 1024 * 1024;

struct InsertBatch;

// What is inserted where.
struct InsertTarget {
    const plan::InsertPlan* plan;
    const InsertColumn* columns;
    const ParameterSet* tail;  // evaluated; the first parameters of every statement
    RowDecoder* decoder;       // of RETURNING; nullptr if none
    TupleDesc desc;
    Tuplestorestate* returned;  // where RETURNING's rows go, in the order of the rows inserted
    // The statement, if these rows may be all that it does.
    const EState* estate = nullptr;
    const Plan* top = nullptr;
};

// Lives in the current memory context.
InsertBatch* MakeInsertBatch(const InsertTarget& target);
// Takes a row (values of plan->attributes; copied), and sends what is full.
void AddRow(InsertBatch* batch, const Datum* values, const bool* nulls);
// Sends what was added so far; returns the rows inserted by that.
uint64 SendInserts(InsertBatch* batch);
// Sends the rest; returns the rows inserted (or updated) in all.
uint64 FinishInsert(InsertBatch* batch);

}  // namespace pgspan::executor
