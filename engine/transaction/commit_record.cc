#include "engine/transaction/commit_record.h"

extern "C" {
#include "access/heapam.h"
#include "catalog/indexing.h"
#include "catalog/pg_collation.h"
#include "storage/lmgr.h"
}

namespace pgspan::transaction {

namespace {

enum CommitRecordColumn : AttrNumber { kGroupId = 1, kGid = 2 };
constexpr int kColumnCount = 2;

Oid OwnRelation(const char* name) {
    const Oid relation = get_relname_relid(name, get_namespace_oid("pgspan", false));
    if (!OidIsValid(relation)) elog(ERROR, "relation pgspan.%s does not exist", name);
    return relation;
}

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

// write(relation) under a snapshot: writing a table with a TOAST table needs one, and there is none
// at the end of a transaction.
template <typename Write>
void WriteRecords(Write&& write) {
    const Relation relation = table_open(OwnRelation("commit_record"), RowExclusiveLock);
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    write(relation);
    UnregisterSnapshot(snapshot);
    table_close(relation, NoLock);
}

}  // namespace

void InsertCommitRecord(int32 group_id, const char* gid) {
    Datum values[kColumnCount] = {Int32GetDatum(group_id), CStringGetTextDatum(gid)};
    bool nulls[kColumnCount] = {};
    WriteRecords([&](Relation relation) {
        const HeapTuple tuple = heap_form_tuple(RelationGetDescr(relation), values, nulls);
        CatalogTupleInsert(relation, tuple);
        heap_freetuple(tuple);
    });
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
    WriteRecords([&](Relation relation) { simple_heap_delete(relation, &position); });
}

bool LockCommitRecords(bool wait) {
    const Oid relation = OwnRelation("commit_record");
    if (!wait) return ConditionalLockRelationOid(relation, ShareUpdateExclusiveLock);
    LockRelationOid(relation, ShareUpdateExclusiveLock);
    return true;
}

}  // namespace pgspan::transaction
