// The rows of several streams as one: merged by sort keys where the nodes deliver sorted runs (a
// binary heap over the streams), as they arrive otherwise.
#pragma once

#include "engine/executor/task_stream.h"
#include "engine/plan/distributed_plan.h"

namespace pgspan::executor {

struct RowMerge;

// Reads count streams. Lives in the current memory context.
RowMerge* MakeRowMerge(TaskStream* streams, int count, const plan::DistributedPlan& plan);
// The next row into slot (virtual, cleared by the caller), valid until the next call; what needs
// memory is put in row_context, which the caller resets between rows. False at the end.
bool NextMergedRow(RowMerge* merge, TupleTableSlot* slot, MemoryContext row_context);

}  // namespace pgspan::executor
