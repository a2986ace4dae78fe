#include "engine/transaction/commit_record.h"

#include "engine/transaction/own_table.h"

extern "C" {
#include "access/heapam.h"
#include "catalog/pg_collation.h"
#include "storage/lmgr.h"
}

namespace pgspan::transaction {

namespace {

enum CommitRecordColumn : AttrNumber { kGroupId = 1, kGid = 2 };
constexpr int kColumnCount = 2;

// visit(tuple, descriptor) for each record of a group, or the one with a gid.
template <typename Visitor>
void ForEachRecord(int32 group_id, const char* gid, Visitor&& visit) {
    const Relation relation = table_open(OwnRelation("commit_record"), AccessShareLock);
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    ScanKeyData keys[kColumnCount];
    int count = 0;
    ScanKeyInit(&keys[count++], kGroupId, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(group_id));
    if (gid)
        ScanKeyEntryInitialize(&keys[count++], 0, kGid, BTEqualStrategyNumber, InvalidOid,
                               DEFAULT_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(gid));
    const SysScanDesc scan = systable_beginscan(relation, OwnRelation("commit_record_pkey"), true,
                                                snapshot, count, keys);
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple);
         tuple = systable_getnext(scan))
        visit(tuple, RelationGetDescr(relation));
    systable_endscan(scan);
    UnregisterSnapshot(snapshot);
    table_close(relation, AccessShareLock);
}

}  // namespace

void InsertCommitRecord(int32 group_id, const char* gid) {
    Datum values[kColumnCount] = {Int32GetDatum(group_id), CStringGetTextDatum(gid)};
    InsertIntoOwn("commit_record", values);
}

bool CommitRecordExists(int32 group_id, const char* gid) {
    bool exists = false;
    ForEachRecord(group_id, gid, [&](HeapTuple, TupleDesc) { exists = true; });
    return exists;
}

List* ReadCommitRecords(int32 group_id) {
    List* records = NIL;
    ForEachRecord(group_id, nullptr, [&](HeapTuple tuple, TupleDesc descriptor) {
        bool is_null = false;
        auto* record = static_cast<CommitRecord*>(palloc(sizeof(CommitRecord)));
        record->gid = TextDatumGetCString(heap_getattr(tuple, kGid, descriptor, &is_null));
        record->position = tuple->t_self;
        records = lappend(records, record);
    });
    return records;
}

void DeleteCommitRecord(const CommitRecord* record) {
    ItemPointerData position = record->position;
    const Relation relation = table_open(OwnRelation("commit_record"), RowExclusiveLock);
    // Tables with a TOAST table are written under a snapshot.
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    simple_heap_delete(relation, &position);
    UnregisterSnapshot(snapshot);
    table_close(relation, NoLock);
}

bool LockCommitRecords(bool wait) {
    const Oid relation = OwnRelation("commit_record");
    if (!wait) return ConditionalLockRelationOid(relation, ShareUpdateExclusiveLock);
    LockRelationOid(relation, ShareUpdateExclusiveLock);
    return true;
}

}  // namespace pgspan::transaction
