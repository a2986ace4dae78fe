#include "engine/executor/reference_write.h"

extern "C" {
#include "access/xact.h"
#include "utils/snapmgr.h"
}

namespace pgspan::executor {

using connection::Fetch;

void GatherRows(TaskStream* stream, Tuplestorestate* rows) {
    const int columns = stream->decoder->count;
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (columns + 1)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * (columns + 1)));
    const MemoryContext row_memory =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan row", ALLOCSET_DEFAULT_SIZES);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        const MemoryContext outer = MemoryContextSwitchTo(row_memory);
        const Fetch outcome = NextRow(stream, values, nulls);
        MemoryContextSwitchTo(outer);
        if (outcome == Fetch::kEnd) break;
        if (outcome == Fetch::kWait) {
            connection::Wait({&stream->connection, 1});
            continue;
        }
        tuplestore_putvalues(rows, stream->desc, values, nulls);
        MemoryContextReset(row_memory);
    }
    MemoryContextDelete(row_memory);
}

namespace {

// Each node has its own snapshot: what others have just inserted, one may see and another not yet.
void CheckAgreement(const Task& task, const TaskStream& stream, uint64 here, uint64 there) {
    if (here == there) return;
    ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
            errmsg("could not change all copies of a reference table alike"),
            errdetail("The statement affected " UINT64_FORMAT
                      " rows on the first node and " UINT64_FORMAT " on %s.",
                      here, there,
                      stream.connection ? connection::DescribeNode(stream.connection)
                                        : psprintf("this node (group %d)", task.group_id)),
            errhint("Others have changed it at the same time: run the transaction again. If that "
                    "fails too while nobody else writes, compare the copies, and make the table "
                    "anew with undistribute_table() and create_reference_table()."));
}

uint64 WriteCopies(const TaskList& tasks, const ParameterSet& parameters, RowDecoder* decoder,
                   TupleDesc desc, Tuplestorestate* rows) {
    TaskOptions options;
    options.access = transaction::Access::kWrite;
    options.decoder = rows ? decoder : nullptr;
    options.desc = desc;
    TaskStream* first = StartTasks({1, tasks.tasks}, parameters, options);
    if (rows != nullptr) GatherRows(first, rows);
    const uint64 affected = Drain(first);
    CloseStream(first);
    const TaskList rest = {tasks.count - 1, tasks.tasks + 1};
    if (rest.count == 0) return affected;
    options.decoder = nullptr;
    TaskStream* others = StartTasks(rest, parameters, options);
    for (int i = 0; i < rest.count; i++) {
        CheckAgreement(rest.tasks[i], others[i], affected, Drain(&others[i]));
        CloseStream(&others[i]);
    }
    return affected;
}

}  // namespace

uint64 WriteReference(const TaskList& tasks, const ParameterSet& parameters, RowDecoder* decoder,
                      TupleDesc desc, Tuplestorestate* rows) {
    // As new as those of the other nodes: the statement's own is older than the locks.
    const bool is_renewed = !IsolationUsesXactSnapshot();
    if (is_renewed) PushActiveSnapshot(GetTransactionSnapshot());
    const uint64 affected = WriteCopies(tasks, parameters, decoder, desc, rows);
    if (is_renewed) PopActiveSnapshot();
    return affected;
}

}  // namespace pgspan::executor
