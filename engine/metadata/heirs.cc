#include "engine/metadata/heirs.h"

#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/catalog_scan.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
}

namespace pgspan::metadata {

List* Parents(Oid relation) {
    List* parents = NIL;
    pg::EachCatalogRow<Form_pg_inherits>(
        InheritsRelationId, InheritsRelidSeqnoIndexId, Anum_pg_inherits_inhrelid, relation,
        [&](Form_pg_inherits row, HeapTuple) { parents = lappend_oid(parents, row->inhparent); });
    return parents;
}

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
    for (const Oid parent : pg::EachOid(Parents(relation)))
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
