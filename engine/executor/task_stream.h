// The rows of one task, wherever it runs. Several tasks are started at once (StartTasks) and read
// side by side.
//
// When somebody else needs the connection while rows are still to come, the connection detaches the
// stream: what is left is taken over into a tuplestore (work_mem, then disk), and reading goes on
// from there.
//
// A stream lives in the memory context in which it was started and under the resource owner of that
// moment; when that memory goes (an error, too), the connection forgets the stream.
#pragma once

#include "engine/connection/connection.h"
#include "engine/executor/local_task.h"
#include "engine/executor/parameters.h"
#include "engine/executor/tasks.h"
#include "engine/transaction/remote_transaction.h"

extern "C" {
#include "utils/resowner.h"
#include "utils/tuplestore.h"
}

namespace pgspan::executor {

struct TaskStream : connection::Reader {
    connection::Connection* connection = nullptr;  // nullptr for a local task
    LocalTask* local = nullptr;
    RowDecoder* decoder = nullptr;  // nullptr: the task returns no rows that anybody wants
    TupleDesc desc = nullptr;       // of the rows
    transaction::Access access = transaction::Access::kRead;
    bool ended = false;   // nothing more will come from the node
    uint64 affected = 0;  // valid once ended
    Tuplestorestate* buffer = nullptr;
    TupleTableSlot* buffer_slot = nullptr;
    MemoryContext memory = nullptr;
    ResourceOwner owner = nullptr;
    MemoryContextCallback forget = {};
};

// How the tasks of a statement are run.
struct TaskOptions {
    transaction::Access access = transaction::Access::kRead;
    RowDecoder* decoder = nullptr;
    TupleDesc desc = nullptr;
    bool prepare = true;  // keep a prepared statement on the node
    // These tasks are all that the transaction does: each node prepares its part as its task ends,
    // but for the one that decides over it.
    bool whole_transaction = false;
};

// Starts every task: the remote ones are sent before any local one runs. Returns an array of
// list.count streams.
TaskStream* StartTasks(const TaskList& list, const ParameterSet& parameters,
                       const TaskOptions& options);

// True if a write is all that its transaction does. `top` is the plan node that runs it.
[[nodiscard]] bool IsWholeTransaction(const EState* estate, const Plan* top);

// Runs a write that returns no rows and is all that its transaction does. With one task, on another
// node, it commits there as it ends. Returns the rows affected.
uint64 RunWholeTransaction(const TaskList& list, const ParameterSet& parameters);

// The next row into values and nulls, decoded in the current memory context and valid until the
// next call. kWait: nothing has arrived, wait for stream->connection.
connection::Fetch NextRow(TaskStream* stream, Datum* values, bool* nulls);

// Reads a stream to its end, discarding rows; returns how many rows the task affected.
uint64 Drain(TaskStream* stream);

// Takes over what is left of the rows, so that the node is not needed any more.
void TakeOver(TaskStream* stream);

// Lets a stream go: a writing task is run to its end first, the rest of a read is given up.
void CloseStream(TaskStream* stream);

}  // namespace pgspan::executor
