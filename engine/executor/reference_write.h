// A write to reference tables: the same statement on every node, one node first (see
// MakeReferenceTasks), the others together afterwards. The copies must agree about how many rows
// they changed.
#pragma once

#include "engine/executor/task_stream.h"

namespace pgspan::executor {

// Returns the rows affected on the first node, and puts its rows into `rows` (may be nullptr;
// decoder and desc describe them). Raises 40001 if another node affected another number.
uint64 WriteReference(const TaskList& tasks, const ParameterSet& parameters, RowDecoder* decoder,
                      TupleDesc desc, Tuplestorestate* rows);

// Reads a stream to its end and puts its rows into `rows`.
void GatherRows(TaskStream* stream, Tuplestorestate* rows);

}  // namespace pgspan::executor
