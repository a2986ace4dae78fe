#include "engine/executor/insert_batch.h"

#include "engine/executor/copy_locks.h"
#include "engine/executor/reference_write.h"
#include "engine/metadata/nodes.h"

namespace pgspan::executor {

namespace {

using connection::Fetch;

// The rows for one node, column by column.
struct NodeRows {
    int32 group_id;
    int count;
    int capacity;
    size_t bytes;
    Datum** values;
    bool** nulls;
};

}  // namespace

struct InsertBatch {
    InsertTarget target;
    const metadata::Table* table;
    int key_column;  // index of the distribution column among the attributes; -1: it is NULL
    int column_count;
    const char* sql;
    MemoryContext memory;  // of the rows and the run of one batch
    int node_count;
    NodeRows* nodes;
    int* node_of_shard;
    // Which node each row went to, so that RETURNING's rows come back in order.
    int* order;
    int row_count;
    int order_capacity;
    size_t bytes;
    uint64 affected;
};

namespace {

int NodeIndex(InsertBatch* batch, int32 group) {
    for (int i = 0; i < batch->node_count; i++)
        if (batch->nodes[i].group_id == group) return i;
    batch->nodes[batch->node_count].group_id = group;
    return batch->node_count++;
}

void SetNodes(InsertBatch* batch) {
    const metadata::Table& table = *batch->table;
    const int most = table.IsHash() ? table.shard_count : 1;
    batch->nodes = static_cast<NodeRows*>(palloc0(sizeof(NodeRows) * most));
    if (!table.IsHash()) {
        batch->node_count = 1;
        return;
    }
    batch->node_of_shard = static_cast<int*>(palloc(sizeof(int) * most));
    for (int i = 0; i < most; i++)
        batch->node_of_shard[i] = NodeIndex(batch, table.shard_groups[i]);
}

int NodeOf(InsertBatch* batch, const Datum* values, const bool* nulls) {
    if (!batch->table->IsHash()) return 0;
    const int key = batch->key_column;
    const bool is_null = key < 0 || nulls[key];
    return batch->node_of_shard[metadata::ShardIndexFor(*batch->table,
                                                        is_null ? Datum(0) : values[key], is_null)];
}

void Reserve(InsertBatch* batch, NodeRows* rows) {
    if (rows->count < rows->capacity) return;
    const int capacity = std::max(16, rows->capacity * 2);
    if (rows->values == nullptr) {
        rows->values = static_cast<Datum**>(palloc0(sizeof(Datum*) * batch->column_count));
        rows->nulls = static_cast<bool**>(palloc0(sizeof(bool*) * batch->column_count));
    }
    for (int i = 0; i < batch->column_count; i++) {
        const size_t values_size = sizeof(Datum) * capacity;
        rows->values[i] = static_cast<Datum*>(
            rows->values[i] ? repalloc(rows->values[i], values_size) : palloc(values_size));
        rows->nulls[i] = static_cast<bool*>(rows->nulls[i] ? repalloc(rows->nulls[i], capacity)
                                                           : palloc(capacity));
    }
    rows->capacity = capacity;
}

void RememberOrder(InsertBatch* batch, int node) {
    if (batch->row_count == batch->order_capacity) {
        batch->order_capacity = std::max(64, batch->order_capacity * 2);
        const size_t size = sizeof(int) * batch->order_capacity;
        batch->order =
            static_cast<int*>(batch->order ? repalloc(batch->order, size) : palloc(size));
    }
    batch->order[batch->row_count++] = node;
}

// ---- Sending

// What of the statement comes after a batch.
enum class Rest { kMayFollow, kNone };

ParameterSet* ParametersOf(InsertBatch* batch, NodeRows* rows) {
    const ParameterSet& tail = *batch->target.tail;
    const int count = tail.count + batch->column_count;
    auto* types = static_cast<Oid*>(palloc(sizeof(Oid) * (count + 1)));
    for (int i = 0; i < tail.count; i++) types[i] = tail.types[i];
    for (int i = 0; i < batch->column_count; i++)
        types[tail.count + i] = batch->target.columns[i].array;
    auto* set = new (palloc(sizeof(ParameterSet))) ParameterSet(MakeValueSet(count, types));
    for (int i = 0; i < tail.count; i++) {
        set->parameters[i] = tail.parameters[i];
        set->formats[i] = tail.formats[i];
    }
    for (int i = 0; i < batch->column_count; i++) {
        Parameter& p = set->parameters[tail.count + i];
        p.value = ArrayOf(batch->target.columns[i], rows->values[i], rows->nulls[i], rows->count);
        p.is_null = false;
    }
    EncodeParameters(set);
    return set;
}

// The next row of a stream into the returned rows; false at its end.
bool PassOnRow(InsertBatch* batch, TaskStream* stream, Datum* values, bool* nulls,
               MemoryContext row_memory) {
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(row_memory);
        const MemoryContext outer = MemoryContextSwitchTo(row_memory);
        const Fetch outcome = NextRow(stream, values, nulls);
        MemoryContextSwitchTo(outer);
        if (outcome == Fetch::kEnd) return false;
        if (outcome == Fetch::kRow) break;
        connection::Wait({&stream->connection, 1});
    }
    tuplestore_putvalues(batch->target.returned, batch->target.desc, values, nulls);
    return true;
}

// stream_of_node[i] is the stream of node i. Where a node returns fewer rows than it was sent (ON
// CONFLICT DO NOTHING, triggers), order is kept as far as it can be told.
void PassOnRows(InsertBatch* batch, TaskStream* streams, int stream_count,
                const int* stream_of_node) {
    const int columns = batch->target.decoder->count;
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (columns + 1)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * (columns + 1)));
    const MemoryContext row_memory =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan row", ALLOCSET_DEFAULT_SIZES);
    for (int i = 0; i < batch->row_count; i++)
        PassOnRow(batch, &streams[stream_of_node[batch->order[i]]], values, nulls, row_memory);
    for (int i = 0; i < stream_count; i++)
        while (PassOnRow(batch, &streams[i], values, nulls, row_memory)) {
        }
}

TaskList TasksOf(InsertBatch* batch, int* task_of_node) {
    TaskList list;
    list.tasks = static_cast<Task*>(palloc0(sizeof(Task) * batch->node_count));
    for (int i = 0; i < batch->node_count; i++) {
        NodeRows* rows = &batch->nodes[i];
        if (rows->count == 0) continue;
        task_of_node[i] = list.count;
        list.tasks[list.count++] = {rows->group_id, rows->group_id == metadata::LocalGroup(),
                                    batch->sql, ParametersOf(batch, rows)};
    }
    return list;
}

void SendToNodes(InsertBatch* batch, Rest rest) {
    const InsertTarget& target = batch->target;
    auto* stream_of_node = static_cast<int*>(palloc0(sizeof(int) * batch->node_count));
    const TaskList list = TasksOf(batch, stream_of_node);
    if (rest == Rest::kNone && target.decoder == nullptr && target.estate != nullptr &&
        IsWholeTransaction(target.estate, target.top)) {
        batch->affected += RunWholeTransaction(list, {});
        return;
    }
    TaskOptions options;
    options.access = transaction::Access::kWrite;
    options.decoder = target.decoder;
    options.desc = target.desc;
    TaskStream* streams = StartTasks(list, {}, options);
    if (target.decoder != nullptr) PassOnRows(batch, streams, list.count, stream_of_node);
    for (int i = 0; i < list.count; i++) {
        batch->affected += Drain(&streams[i]);
        CloseStream(&streams[i]);
    }
}

void SendToCopies(InsertBatch* batch) {
    LockCopies(batch->table->relation, plan::CopyUseOf(*batch->target.plan));
    const ParameterSet* parameters = ParametersOf(batch, &batch->nodes[0]);
    batch->affected +=
        WriteReference(MakeReferenceTasks(batch->sql), *parameters, batch->target.decoder,
                       batch->target.desc, batch->target.returned);
}

void SendBatch(InsertBatch* batch, Rest rest) {
    if (batch->row_count == 0) return;
    const MemoryContext outer = MemoryContextSwitchTo(batch->memory);
    if (batch->table->IsHash())
        SendToNodes(batch, rest);
    else
        SendToCopies(batch);
    MemoryContextSwitchTo(outer);
    MemoryContextReset(batch->memory);
    for (int i = 0; i < batch->node_count; i++) {
        const int32 group = batch->nodes[i].group_id;
        batch->nodes[i] = {};
        batch->nodes[i].group_id = group;
    }
    batch->order = nullptr;
    batch->order_capacity = batch->row_count = 0;
    batch->bytes = 0;
}

void CheckSingleBatch(const InsertBatch* batch) {
    if (batch->bytes > kSingleBatchBytesMax)
        ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                errmsg("too many rows for one INSERT … ON CONFLICT DO UPDATE into table \"%s\"",
                       get_rel_name(batch->table->relation)),
                errdetail("All rows of the statement must fit into %zu MB of memory.",
                          kSingleBatchBytesMax / (1024 * 1024)),
                errhint("Insert the rows in several statements."));
}

}  // namespace

InsertBatch* MakeInsertBatch(const InsertTarget& target) {
    auto* batch = static_cast<InsertBatch*>(palloc0(sizeof(InsertBatch)));
    batch->target = target;
    batch->table = &RequireTable(target.plan->relation);
    batch->column_count = list_length(target.plan->attributes);
    batch->key_column = -1;
    for (int i = 0; i < batch->column_count; i++)
        if (batch->table->IsHash() &&
            list_nth_int(target.plan->attributes, i) == batch->table->distribution_column)
            batch->key_column = i;
    batch->sql = ManyRowsSql(*target.plan, target.columns);
    batch->memory =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan insert batch", ALLOCSET_DEFAULT_SIZES);
    SetNodes(batch);
    return batch;
}

void AddRow(InsertBatch* batch, const Datum* values, const bool* nulls) {
    const int node = NodeOf(batch, values, nulls);
    NodeRows* rows = &batch->nodes[node];
    const MemoryContext outer = MemoryContextSwitchTo(batch->memory);
    Reserve(batch, rows);
    size_t bytes = 0;
    for (int i = 0; i < batch->column_count; i++) {
        rows->nulls[i][rows->count] = nulls[i];
        rows->values[i][rows->count] =
            nulls[i] ? Datum(0) : CopyElement(batch->target.columns[i], values[i], &bytes);
    }
    rows->count++;
    rows->bytes += bytes;
    batch->bytes += bytes;
    RememberOrder(batch, node);
    MemoryContextSwitchTo(outer);
    if (batch->target.plan->single_batch)
        CheckSingleBatch(batch);
    else if (rows->count >= plan::kInsertBatchRows || rows->bytes >= kInsertBatchBytes)
        SendBatch(batch, Rest::kMayFollow);
}

uint64 SendInserts(InsertBatch* batch) {
    const uint64 before = batch->affected;
    SendBatch(batch, Rest::kMayFollow);
    return batch->affected - before;
}

uint64 FinishInsert(InsertBatch* batch) {
    SendBatch(batch, Rest::kNone);
    return batch->affected;
}

}  // namespace pgspan::executor
