#include "engine/executor/row_merge.h"

extern "C" {
#include "lib/binaryheap.h"
#include "utils/sortsupport.h"
}

namespace pgspan::executor {

namespace {

using connection::Fetch;

// The row of a sorted stream that is next in its run.
struct Head {
    Datum* values;
    bool* nulls;
    MemoryContext memory;
};

}  // namespace

struct RowMerge {
    TaskStream* streams;
    int count;
    int current;  // unsorted: the stream that is read
    int columns;
    connection::Connection** waiting;
    // Sorted only:
    int key_count;
    AttrNumber* key_columns;
    SortSupportData* keys;
    Head* heads;
    binaryheap* heap;
    bool started;
};

namespace {

// binaryheap keeps the greatest on top: the order is inverted.
int CompareHeads(Datum a, Datum b, void* argument) {
    auto* merge = static_cast<RowMerge*>(argument);
    const Head& left = merge->heads[DatumGetInt32(a)];
    const Head& right = merge->heads[DatumGetInt32(b)];
    for (int i = 0; i < merge->key_count; i++) {
        const int column = merge->key_columns[i] - 1;
        const int order =
            ApplySortComparator(left.values[column], left.nulls[column], right.values[column],
                                right.nulls[column], &merge->keys[i]);
        if (order != 0) return order > 0 ? -1 : 1;
    }
    return 0;
}

void SetKeys(RowMerge* merge, const plan::DistributedPlan& plan) {
    merge->key_count = list_length(plan.sort_columns);
    merge->key_columns = static_cast<AttrNumber*>(palloc(sizeof(AttrNumber) * merge->key_count));
    merge->keys =
        static_cast<SortSupportData*>(palloc0(sizeof(SortSupportData) * merge->key_count));
    for (int i = 0; i < merge->key_count; i++) {
        merge->key_columns[i] = static_cast<AttrNumber>(list_nth_int(plan.sort_columns, i));
        SortSupportData* key = &merge->keys[i];
        key->ssup_cxt = CurrentMemoryContext;
        key->ssup_collation = list_nth_oid(plan.sort_collations, i);
        key->ssup_nulls_first = list_nth_int(plan.sort_nulls_first, i) != 0;
        key->ssup_attno = merge->key_columns[i];
        PrepareSortSupportFromOrderingOp(list_nth_oid(plan.sort_operators, i), key);
    }
}

void SetHeads(RowMerge* merge) {
    merge->heads = static_cast<Head*>(palloc(sizeof(Head) * merge->count));
    for (int i = 0; i < merge->count; i++) {
        Head& head = merge->heads[i];
        head.values = static_cast<Datum*>(palloc(sizeof(Datum) * (merge->columns + 1)));
        head.nulls = static_cast<bool*>(palloc(sizeof(bool) * (merge->columns + 1)));
        head.memory = AllocSetContextCreate(CurrentMemoryContext, "pgspan sorted run",
                                            ALLOCSET_DEFAULT_SIZES);
    }
    merge->heap = binaryheap_allocate(merge->count, CompareHeads, merge);
}

void Put(TupleTableSlot* slot, const Datum* values, const bool* nulls, int columns) {
    memcpy(slot->tts_values, values, sizeof(Datum) * columns);
    memcpy(slot->tts_isnull, nulls, sizeof(bool) * columns);
    ExecStoreVirtualTuple(slot);
}

// Reads the next row of a run, waiting for it; false at its end.
bool ReadHead(RowMerge* merge, int index) {
    Head& head = merge->heads[index];
    TaskStream* stream = &merge->streams[index];
    MemoryContextReset(head.memory);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        const MemoryContext outer = MemoryContextSwitchTo(head.memory);
        const Fetch outcome = NextRow(stream, head.values, head.nulls);
        MemoryContextSwitchTo(outer);
        if (outcome != Fetch::kWait) return outcome == Fetch::kRow;
        connection::Wait({&stream->connection, 1});
    }
}

bool NextSorted(RowMerge* merge, TupleTableSlot* slot) {
    if (!merge->started) {
        for (int i = 0; i < merge->count; i++)
            if (ReadHead(merge, i)) binaryheap_add_unordered(merge->heap, Int32GetDatum(i));
        binaryheap_build(merge->heap);
        merge->started = true;
    } else if (!binaryheap_empty(merge->heap)) {
        // The row on top has been returned.
        const int index = DatumGetInt32(binaryheap_first(merge->heap));
        if (ReadHead(merge, index))
            binaryheap_replace_first(merge->heap, Int32GetDatum(index));
        else
            binaryheap_remove_first(merge->heap);
    }
    if (binaryheap_empty(merge->heap)) return false;
    const Head& head = merge->heads[DatumGetInt32(binaryheap_first(merge->heap))];
    Put(slot, head.values, head.nulls, merge->columns);
    return true;
}

// One row from the streams, beginning with the current one; kWait if none has any, kEnd if all have
// ended.
Fetch TryStreams(RowMerge* merge, TupleTableSlot* slot, MemoryContext row_context,
                 size_t* waiting) {
    *waiting = 0;
    bool waits = false;
    for (int tried = 0; tried < merge->count; tried++) {
        TaskStream* stream = &merge->streams[merge->current];
        const MemoryContext outer = MemoryContextSwitchTo(row_context);
        const Fetch outcome = NextRow(stream, slot->tts_values, slot->tts_isnull);
        MemoryContextSwitchTo(outer);
        if (outcome == Fetch::kRow) return Fetch::kRow;
        if (outcome == Fetch::kWait) {
            merge->waiting[(*waiting)++] = stream->connection;
            waits = true;
        }
        merge->current = (merge->current + 1) % merge->count;
    }
    return waits ? Fetch::kWait : Fetch::kEnd;
}

}  // namespace

RowMerge* MakeRowMerge(TaskStream* streams, int count, const plan::DistributedPlan& plan) {
    auto* merge = static_cast<RowMerge*>(palloc0(sizeof(RowMerge)));
    merge->streams = streams;
    merge->count = count;
    merge->columns = list_length(plan.result_types);
    merge->waiting = static_cast<connection::Connection**>(
        palloc(sizeof(connection::Connection*) * (count + 1)));
    if (plan.sort_columns == NIL || count < 2) return merge;
    SetKeys(merge, plan);
    SetHeads(merge);
    return merge;
}

bool NextMergedRow(RowMerge* merge, TupleTableSlot* slot, MemoryContext row_context) {
    if (merge->heap != nullptr) return NextSorted(merge, slot);
    size_t waiting = 0;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        const Fetch outcome = TryStreams(merge, slot, row_context, &waiting);
        if (outcome == Fetch::kRow) ExecStoreVirtualTuple(slot);
        if (outcome != Fetch::kWait) return outcome == Fetch::kRow;
        connection::Wait({merge->waiting, waiting});
    }
}

}  // namespace pgspan::executor
