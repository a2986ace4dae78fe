#include "engine/metadata/heirs.h"

#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"

extern "C" {
#include "access/genam.h"
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "utils/fmgroids.h"
}

namespace pgspan::metadata {

namespace {

List* ParentsOf(Oid relation) {
    const Relation inherits = table_open(InheritsRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(relation));
    const SysScanDesc scan =
        systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
    List* parents = NIL;
    while (const HeapTuple tuple = systable_getnext(scan))
        parents =
            lappend_oid(parents, reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent);
    systable_endscan(scan);
    table_close(inherits, AccessShareLock);
    return parents;
}

}  // namespace

List* DistributedHeirs(Oid relation) {
    // The coordinator alone knows of any, and a container's are its shards: neither is worth a scan
    // for each task that a node plans.
    if (!OidIsValid(relation) || !IsCoordinator() || FindTableByContainer(relation)) return NIL;
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)) || !has_subclass(relation))
        return NIL;
    List* heirs = NIL;
    for (const Oid member : pg::EachOid(find_all_inheritors(relation, NoLock, nullptr))) {
        if (member == relation) continue;
        const Table* table = FindTable(member);
        if (table && table->IsHash()) heirs = lappend_oid(heirs, member);
    }
    return heirs;
}

List* Ancestors(Oid relation) {
    List* ancestors = NIL;
    for (const Oid parent : pg::EachOid(ParentsOf(relation)))
        ancestors =
            list_append_unique_oid(list_concat_unique_oid(ancestors, Ancestors(parent)), parent);
    return ancestors;
}

Oid DefaultPartition(Oid relation) {
    if (!OidIsValid(relation) || get_rel_relkind(relation) != RELKIND_PARTITIONED_TABLE)
        return InvalidOid;
    return get_default_partition_oid(relation);
}

}  // namespace pgspan::metadata
