// The rows of a decoded change, whose holder differs between PostgreSQL's versions.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "access/htup_details.h"
#include "access/tupconvert.h"
#include "replication/reorderbuffer.h"
}

namespace pgspan::pg {

#if PG_VERSION_NUM >= 170000
using DecodedRow = HeapTuple;
inline HeapTuple TupleOf(DecodedRow row) {
    return row;
}
inline DecodedRow DecodedRowOf(HeapTuple tuple) {
    return tuple;
}
#else
using DecodedRow = ReorderBufferTupleBuf*;
inline HeapTuple TupleOf(DecodedRow row) {
    return &row->tuple;
}
// palloc'd.
inline DecodedRow DecodedRowOf(HeapTuple tuple) {
    auto* row = static_cast<ReorderBufferTupleBuf*>(palloc0(sizeof(ReorderBufferTupleBuf)));
    row->tuple = *tuple;
    return row;
}
#endif

// A row of a relation with that descriptor as one of another; map is nullptr if both have the same
// columns. Columns that were added later get the value that they have in rows stored before.
inline DecodedRow Converted(DecodedRow row, TupleDesc descriptor, TupleConversionMap* map) {
    if (!row) return nullptr;
    const HeapTuple tuple = TupleOf(row);
    if (map) return DecodedRowOf(execute_attr_map_tuple(tuple, map));
    if (static_cast<int>(HeapTupleHeaderGetNatts(tuple->t_data)) >= descriptor->natts) return row;
    return DecodedRowOf(heap_expand_tuple(tuple, descriptor));
}

}  // namespace pgspan::pg
