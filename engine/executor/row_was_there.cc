// Whether ON CONFLICT DO UPDATE found the row or inserted it (plan::ConflictPart), asked by the
// task that has just written it: one that was found has been locked before it was written, which
// its xmax tells. RETURNING cannot name xmax itself where the task writes to a container.
#include "engine/pg/entry.h"

extern "C" {
#include "access/sysattr.h"
#include "access/transam.h"
}

namespace {

TransactionId SystemColumn(TupleTableSlot* row, AttrNumber attribute) {
    bool is_null = false;
    return DatumGetTransactionId(slot_getsysattr(row, attribute, &is_null));
}

}  // namespace

PGSPAN_FUNCTION(pgspan_row_was_there) {
    const Relation shard = table_open(PG_GETARG_OID(0), AccessShareLock);
    TupleTableSlot* row = table_slot_create(shard, nullptr);
    // The snapshot of the statement that has written it does not show it. What others have written
    // is nobody's business here.
    if (!table_tuple_fetch_row_version(shard, reinterpret_cast<ItemPointer>(PG_GETARG_POINTER(1)),
                                       SnapshotAny, row) ||
        !TransactionIdIsCurrentTransactionId(SystemColumn(row, MinTransactionIdAttributeNumber)))
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("the row has not been written by this transaction"));
    const bool was_there = TransactionIdIsValid(SystemColumn(row, MaxTransactionIdAttributeNumber));
    ExecDropSingleTupleTableSlot(row);
    table_close(shard, NoLock);
    PG_RETURN_BOOL(was_there);
}
