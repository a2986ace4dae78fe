#include "engine/transaction/commit_record.h"

#include "engine/transaction/gid.h"
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

// visit(tuple, descriptor) for each record that the snapshot sees and the keys choose.
template <typename Visitor>
void Scan(Snapshot snapshot, std::span<ScanKeyData> keys, Visitor&& visit) {
    const Relation relation = table_open(OwnRelation("commit_record"), AccessShareLock);
    const SysScanDesc scan =
        systable_beginscan(relation, OwnRelation("commit_record_pkey"), true, snapshot,
                           static_cast<int>(keys.size()), keys.data());
    for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple);
         tuple = systable_getnext(scan))
        visit(tuple, RelationGetDescr(relation));
    systable_endscan(scan);
    table_close(relation, AccessShareLock);
}

// The same for the records of a group, or the one with a gid.
template <typename Visitor>
void ForEachRecord(int32 group_id, const char* gid, Visitor&& visit) {
    ScanKeyData keys[kColumnCount];
    size_t count = 0;
    ScanKeyInit(&keys[count++], kGroupId, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(group_id));
    if (gid)
        ScanKeyEntryInitialize(&keys[count++], 0, kGid, BTEqualStrategyNumber, InvalidOid,
                               DEFAULT_COLLATION_OID, F_TEXTEQ, CStringGetTextDatum(gid));
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    Scan(snapshot, {keys, count}, visit);
    UnregisterSnapshot(snapshot);
}

char* GidOf(HeapTuple tuple, TupleDesc descriptor) {
    bool is_null = false;
    return TextDatumGetCString(heap_getattr(tuple, kGid, descriptor, &is_null));
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
        auto* record = static_cast<CommitRecord*>(palloc(sizeof(CommitRecord)));
        record->gid = GidOf(tuple, descriptor);
        record->position = tuple->t_self;
        records = lappend(records, record);
    });
    return records;
}

List* ReadOpenRecords(uint64 xid) {
    List* gids = NIL;
    SnapshotData snapshot;
    InitDirtySnapshot(snapshot);
    Scan(&snapshot, {}, [&](HeapTuple tuple, TupleDesc descriptor) {
        char* text = GidOf(tuple, descriptor);
        Gid gid = {};
        if (ParseGid(text, &gid) && gid.xid == xid) gids = lappend(gids, text);
    });
    return gids;
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
