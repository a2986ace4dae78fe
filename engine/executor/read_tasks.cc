#include "engine/executor/read_tasks.h"

#include "engine/executor/task_stream.h"
#include "engine/pg/list.h"

namespace pgspan::executor {

namespace {

TupleDesc DescOf(const RowTypes& types) {
    List* names = NIL;
    List* collations = NIL;
    for (const Oid type : pg::EachOid(types.types)) {
        names = lappend(names, makeString(pstrdup("")));
        collations = lappend_oid(collations, get_typcollation(type));
    }
    return BuildDescFromLists(names, types.types, types.typmods, collations);
}

bool NextRowWaiting(TaskStream* stream, Datum* values, bool* nulls) {
    for (;;) {
        switch (NextRow(stream, values, nulls)) {
        case connection::Fetch::kRow:
            return true;
        case connection::Fetch::kEnd:
            return false;
        case connection::Fetch::kWait:
            connection::Wait({&stream->connection, 1});
        }
    }
}

}  // namespace

void ReadTaskRows(const TaskList& tasks, const RowTypes& types, VisitRow visit, void* visitor) {
    TaskOptions options;
    options.decoder = MakeRowDecoder(types.types, types.typmods);
    options.desc = DescOf(types);
    options.prepare = false;
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (options.decoder->count + 1)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * (options.decoder->count + 1)));
    TaskStream* streams = StartTasks(tasks, {}, options);
    const MemoryContext row =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan row", ALLOCSET_DEFAULT_SIZES);
    for (int i = 0; i < tasks.count; i++) {
        const MemoryContext outer = MemoryContextSwitchTo(row);
        while (NextRowWaiting(&streams[i], values, nulls)) {
            MemoryContextSwitchTo(outer);
            visit(visitor, i, values, nulls);
            MemoryContextReset(row);
            MemoryContextSwitchTo(row);
        }
        MemoryContextSwitchTo(outer);
    }
    for (int i = 0; i < tasks.count; i++) CloseStream(&streams[i]);
    MemoryContextDelete(row);
}

}  // namespace pgspan::executor
