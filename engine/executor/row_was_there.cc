// Whether ON CONFLICT DO UPDATE found the row or inserted it (plan::ConflictPart), asked by the
// task that has just written it: one that was found has been locked before it was written, which
// its xmax tells. RETURNING cannot name xmax itself where the task writes to a container.
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"

extern "C" {
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/partition.h"
#include "storage/bufmgr.h"
}

using namespace pgspan;

namespace {

TransactionId SystemColumn(TupleTableSlot* row, AttrNumber attribute) {
    bool is_null = false;
    return DatumGetTransactionId(slot_getsysattr(row, attribute, &is_null));
}

// A shard, or a copy of a reference table.
bool IsWrittenByTasks(Oid relation) {
    if (get_rel_relkind(relation) != RELKIND_RELATION) return false;
    const metadata::Table* table = metadata::FindTable(relation);
    if (table) return table->IsReference();
    return get_rel_relispartition(relation) &&
           metadata::FindTableByContainer(get_partition_parent(relation, true));
}

// Anybody may call the function, with whatever he likes.
Relation Open(Oid relation) {
    if (!IsWrittenByTasks(relation))
        ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
                errmsg("tasks do not write the relation with OID %u", relation));
    return table_open(relation, AccessShareLock);
}

}  // namespace

PGSPAN_FUNCTION(pgspan_row_was_there) {
    const Relation shard = Open(PG_GETARG_OID(0));
    auto* place = reinterpret_cast<ItemPointer>(PG_GETARG_POINTER(1));
    TupleTableSlot* row = table_slot_create(shard, nullptr);
    // The snapshot of the statement that has written it does not show it. What others have written
    // is nobody's business here.
    if (ItemPointerGetBlockNumberNoCheck(place) >= RelationGetNumberOfBlocks(shard) ||
        !table_tuple_fetch_row_version(shard, place, SnapshotAny, row) ||
        !TransactionIdIsCurrentTransactionId(SystemColumn(row, MinTransactionIdAttributeNumber)))
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("the row has not been written by this transaction"));
    const bool was_there = TransactionIdIsValid(SystemColumn(row, MaxTransactionIdAttributeNumber));
    ExecDropSingleTupleTableSlot(row);
    table_close(shard, AccessShareLock);  // the statement that wrote the row has its own
    PG_RETURN_BOOL(was_there);
}
