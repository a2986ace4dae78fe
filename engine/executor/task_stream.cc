#include "engine/executor/task_stream.h"

#include "engine/executor/late_errors.h"
#include "engine/executor/row_decoder.h"
#include "engine/transaction/whole_transaction.h"

namespace pgspan::executor {

namespace {

using connection::Fetch;

void ForgetStream(void* stream) {
    connection::Abandon(static_cast<TaskStream*>(stream));
}

// The statement is complete: the connection has let the stream go.
void End(TaskStream* stream, const PGresult* end) {
    stream->affected = connection::AffectedRows(end);
    stream->ended = true;
}

void TakeOverRows(TaskStream* stream) {
    stream->buffer = tuplestore_begin_heap(false, false, work_mem);
    stream->buffer_slot = MakeSingleTupleTableSlot(stream->desc, &TTSOpsMinimalTuple);
    const int columns = stream->decoder->count;
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (columns + 1)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * (columns + 1)));
    const MemoryContext row_context =
        AllocSetContextCreate(stream->memory, "pgspan row", ALLOCSET_DEFAULT_SIZES);
    PGresult* row = nullptr;
    while (connection::FetchRowWaiting(stream->connection, &row)) {
        const MemoryContext outer = MemoryContextSwitchTo(row_context);
        DecodeRow(stream->decoder, row, values, nulls);
        tuplestore_putvalues(stream->buffer, stream->desc, values, nulls);
        MemoryContextSwitchTo(outer);
        MemoryContextReset(row_context);
    }
    End(stream, row);
    MemoryContextDelete(row_context);
}

void ReadToEnd(TaskStream* stream) {
    PGresult* row = nullptr;
    while (connection::FetchRowWaiting(stream->connection, &row)) {
    }
    End(stream, row);
}

// Called by the connection, whatever statement is running by then: memory and files belong to this
// one.
void Detach(connection::Reader* reader) {
    auto* stream = static_cast<TaskStream*>(reader);
    const MemoryContext memory = MemoryContextSwitchTo(stream->memory);
    const ResourceOwner owner = CurrentResourceOwner;
    CurrentResourceOwner = stream->owner;
    if (stream->decoder == nullptr)
        ReadToEnd(stream);
    else
        TakeOverRows(stream);
    CurrentResourceOwner = owner;
    MemoryContextSwitchTo(memory);
}

// Connections are opened side by side when there are several.
void OpenConnections(const TaskList& list, TaskStream* streams) {
    if (list.count > 1) {
        auto* groups = static_cast<int32*>(palloc(sizeof(int32) * list.count));
        size_t count = 0;
        for (int i = 0; i < list.count; i++)
            if (!list.tasks[i].is_local) groups[count++] = list.tasks[i].group_id;
        if (count > 1) connection::OpenAll({groups, count});
        pfree(groups);
    }
    for (int i = 0; i < list.count; i++)
        if (!list.tasks[i].is_local)
            streams[i].connection = connection::ForGroup(list.tasks[i].group_id);
}

// The node that decides over a transaction of these tasks: this one if it has a part itself.
int32 DecidingGroup(const TaskList& list) {
    for (int i = 0; i < list.count; i++)
        if (list.tasks[i].is_local) return list.tasks[i].group_id;
    return list.count > 0 ? list.tasks[list.count - 1].group_id : metadata::LocalGroup();
}

void SendTask(TaskStream* stream, const Task& task, const ParameterSet& parameters,
              const TaskOptions& options, int32 deciding_group) {
    transaction::Join(stream->connection, options.access);
    connection::Statement statement =
        MakeStatement(task.sql, task.parameters ? *task.parameters : parameters);
    statement.prepare = options.prepare;
    statement.binary_result = options.decoder != nullptr && options.decoder->binary;
    if (options.whole_transaction && task.group_id != deciding_group)
        statement.then = transaction::CommandAtItsEnd(stream->connection, deciding_group);
    // Registered first: whatever happens from now on, the connection must not keep the stream.
    stream->forget.func = ForgetStream;
    stream->forget.arg = stream;
    MemoryContextRegisterResetCallback(stream->memory, &stream->forget);
    connection::Send(stream->connection, statement, stream);
}

void StartLocal(TaskStream* stream, const Task& task, const ParameterSet& parameters) {
    const ParameterSet& own = task.parameters ? *task.parameters : parameters;
    stream->local = StartLocalTask(WithLateErrors(task.sql, own), MakeLocalParameters(own),
                                   stream->access == transaction::Access::kWrite);
}

}  // namespace

TaskStream* StartTasks(const TaskList& list, const ParameterSet& parameters,
                       const TaskOptions& options) {
    auto* streams = static_cast<TaskStream*>(palloc(sizeof(TaskStream) * list.count));
    for (int i = 0; i < list.count; i++) {
        auto* stream = new (&streams[i]) TaskStream();
        stream->detach = Detach;
        stream->decoder = options.decoder;
        stream->desc = options.desc;
        stream->access = options.access;
        stream->memory = CurrentMemoryContext;
        stream->owner = CurrentResourceOwner;
    }
    OpenConnections(list, streams);
    const int32 deciding_group = DecidingGroup(list);
    for (int i = 0; i < list.count; i++)
        if (streams[i].connection != nullptr)
            SendTask(&streams[i], list.tasks[i], parameters, options, deciding_group);
    for (int i = 0; i < list.count; i++)
        if (streams[i].connection == nullptr) StartLocal(&streams[i], list.tasks[i], parameters);
    return streams;
}

bool IsWholeTransaction(const EState* estate, const Plan* top) {
    // What else there is in the plan could fail after the write, or write more.
    return estate->es_plannedstmt->planTree == top &&
           transaction::IsWholeTransaction(estate->es_plannedstmt);
}

uint64 RunWholeTransaction(const TaskList& list, const ParameterSet& parameters) {
    if (list.count == 1 && !list.tasks[0].is_local) {
        const Task& task = list.tasks[0];
        connection::Statement statement =
            MakeStatement(task.sql, task.parameters ? *task.parameters : parameters);
        statement.prepare = true;
        return transaction::RunAndCommit(connection::ForGroup(task.group_id), statement);
    }
    TaskOptions options;
    options.access = transaction::Access::kWrite;
    options.whole_transaction = true;
    TaskStream* streams = StartTasks(list, parameters, options);
    uint64 affected = 0;
    for (int i = 0; i < list.count; i++) {
        affected += Drain(&streams[i]);
        CloseStream(&streams[i]);
    }
    return affected;
}

namespace {

Fetch NextLocalRow(TaskStream* stream, Datum* values, bool* nulls) {
    if (FetchLocalRow(stream->local, stream->decoder->count, values, nulls)) return Fetch::kRow;
    stream->affected = FinishLocalTask(stream->local);
    stream->ended = true;
    return Fetch::kEnd;
}

Fetch NextBufferedRow(TaskStream* stream, Datum* values, bool* nulls) {
    if (!tuplestore_gettupleslot(stream->buffer, true, false, stream->buffer_slot))
        return Fetch::kEnd;
    slot_getallattrs(stream->buffer_slot);
    memcpy(values, stream->buffer_slot->tts_values, sizeof(Datum) * stream->decoder->count);
    memcpy(nulls, stream->buffer_slot->tts_isnull, sizeof(bool) * stream->decoder->count);
    return Fetch::kRow;
}

}  // namespace

Fetch NextRow(TaskStream* stream, Datum* values, bool* nulls) {
    if (stream->buffer != nullptr || (stream->local != nullptr && !stream->ended)) {
        // A tuple read from disk belongs to its slot, which frees it at the next one.
        const MemoryContext row_memory = MemoryContextSwitchTo(stream->memory);
        const Fetch outcome = stream->buffer ? NextBufferedRow(stream, values, nulls)
                                             : NextLocalRow(stream, values, nulls);
        MemoryContextSwitchTo(row_memory);
        return outcome;
    }
    if (stream->ended) return Fetch::kEnd;
    PGresult* row = nullptr;
    const Fetch outcome = connection::FetchRow(stream->connection, &row);
    if (outcome == Fetch::kRow) DecodeRow(stream->decoder, row, values, nulls);
    if (outcome == Fetch::kEnd) End(stream, row);
    return outcome;
}

uint64 Drain(TaskStream* stream) {
    if (stream->ended) return stream->affected;
    if (stream->local != nullptr) {
        stream->affected = FinishLocalTask(stream->local);
        stream->ended = true;
    } else {
        ReadToEnd(stream);
    }
    return stream->affected;
}

void TakeOver(TaskStream* stream) {
    if (stream->connection != nullptr && !stream->ended) Detach(stream);
}

void CloseStream(TaskStream* stream) {
    if (!stream->ended && stream->access == transaction::Access::kWrite) Drain(stream);
    if (stream->local != nullptr) {
        EndLocalTask(stream->local);
        stream->local = nullptr;
    } else if (!stream->ended) {
        connection::Abandon(stream);
    }
    stream->ended = true;
    if (stream->buffer_slot != nullptr) ExecDropSingleTupleTableSlot(stream->buffer_slot);
    if (stream->buffer != nullptr) tuplestore_end(stream->buffer);
    stream->buffer_slot = nullptr;
    stream->buffer = nullptr;
}

}  // namespace pgspan::executor
