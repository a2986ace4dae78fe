#include "engine/transaction/own_table.h"

extern "C" {
#include "access/heapam.h"
#include "catalog/indexing.h"
}

namespace pgspan::transaction {

Oid OwnRelation(const char* name) {
    const Oid relation = get_relname_relid(name, get_namespace_oid("pgspan", false));
    if (!OidIsValid(relation)) elog(ERROR, "relation pgspan.%s does not exist", name);
    return relation;
}

void InsertIntoOwn(const char* name, Datum* values) {
    const Relation relation = table_open(OwnRelation(name), RowExclusiveLock);
    // Writing a table with a TOAST table needs a snapshot, and there is none at the end of a
    // transaction.
    const Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    const TupleDesc descriptor = RelationGetDescr(relation);
    auto* nulls = static_cast<bool*>(palloc0(sizeof(bool) * descriptor->natts));
    const HeapTuple tuple = heap_form_tuple(descriptor, values, nulls);
    CatalogTupleInsert(relation, tuple);
    heap_freetuple(tuple);
    UnregisterSnapshot(snapshot);
    table_close(relation, NoLock);
}

}  // namespace pgspan::transaction
