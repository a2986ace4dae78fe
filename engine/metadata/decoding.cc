#include "engine/metadata/decoding.h"

#include "engine/metadata/catalog.h"
#include "engine/metadata/nodes.h"

extern "C" {
#include "catalog/partition.h"
}

namespace pgspan::metadata {

namespace {

// Attribute numbers of pgspan.distributed_table.
constexpr AttrNumber kRelation = 1;
constexpr AttrNumber kContainer = 5;

// The one column, or InvalidOid if there is no such row.
Oid ShellWhere(Oid index, AttrNumber column, Oid value) {
    const Key key = {column, OIDOID, ObjectIdGetDatum(value)};
    Oid shell = InvalidOid;
    ForEachRow(Catalog().distributed_table, index, {&key, 1}, [&](HeapTuple tuple, TupleDesc d) {
        shell = DatumGetObjectId(Column(tuple, d, kRelation));
    });
    return shell;
}

bool IsShell(Oid relation) {
    const Key key = {kRelation, OIDOID, ObjectIdGetDatum(relation)};
    bool is_shell = false;
    ForEachRow(Catalog().distributed_table, Catalog().distributed_table_by_relation, {&key, 1},
               [&](HeapTuple tuple, TupleDesc d) {
                   is_shell = OidIsValid(DatumGetObjectId(Column(tuple, d, kContainer)));
               });
    return is_shell;
}

}  // namespace

Oid PublishedAs(Oid relation) {
    if (!ExtensionIsReady()) return relation;
    const Oid schema = get_rel_namespace(relation);
    if (schema == Catalog().schema) return InvalidOid;
    if (schema == Catalog().data_schema) {
        if (!get_rel_relispartition(relation)) return InvalidOid;
        return ShellWhere(Catalog().distributed_table_by_container, kContainer,
                          get_partition_parent(relation, true));
    }
    if (!OidIsValid(ShellWhere(Catalog().distributed_table_by_relation, kRelation, relation)))
        return relation;
    return IsCoordinator() && !IsShell(relation) ? relation : InvalidOid;
}

}  // namespace pgspan::metadata
