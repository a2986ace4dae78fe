#include "engine/metadata/type_use.h"

#include "engine/metadata/tables.h"
#include "engine/pg/list.h"

namespace pgspan::metadata {

namespace {

// Whether type is, or is made from, the wanted one.
bool IsMadeFrom(Oid type, Oid wanted) {
    while (OidIsValid(type)) {
        if (type == wanted) return true;
        const Oid element = get_element_type(type);
        const Oid base = getBaseType(type);
        if (OidIsValid(element))
            type = element;
        else if (base != type)
            type = base;
        else
            return false;
    }
    return false;
}

}  // namespace

bool TypeIsUsed(Oid type) {
    for (const Oid relation : pg::EachOid(AllTables())) {
        const Relation opened = try_relation_open(relation, AccessShareLock);
        if (!opened) continue;
        const TupleDesc columns = RelationGetDescr(opened);
        bool uses = false;
        for (int i = 0; !uses && i < columns->natts; i++) {
            const FormData_pg_attribute* column = TupleDescAttr(columns, i);
            uses = !column->attisdropped && IsMadeFrom(column->atttypid, type);
        }
        relation_close(opened, AccessShareLock);
        if (uses) return true;
    }
    return false;
}

}  // namespace pgspan::metadata
