#include "engine/metadata/known_names.h"

#include "engine/metadata/tables.h"
#include "engine/metadata/type_use.h"
#include "engine/pg/list.h"
#include "engine/pg/reg_types.h"

extern "C" {
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "utils/array.h"
#include "utils/typcache.h"
}

namespace pgspan::metadata {

namespace {

// A distributed or reference table, or an index of one.
bool RelationIsEverywhere(Oid relation) {
    if (FindTable(relation) || OidIsValid(getExtensionOfObject(RelationRelationId, relation)))
        return true;
    const char kind = get_rel_relkind(relation);
    return kind == RELKIND_INDEX && FindTable(IndexGetRelation(relation, true));
}

// Schemas are made where a table needs them.
bool SchemaIsEverywhere(Oid schema) {
    if (OidIsValid(getExtensionOfObject(NamespaceRelationId, schema))) return true;
    for (const Oid relation : pg::EachOid(AllTables()))
        if (get_rel_namespace(relation) == schema) return true;
    return false;
}

bool ColumnsHoldNames(Oid composite) {
    const TupleDesc columns = lookup_rowtype_tupdesc(composite, -1);
    bool holds = false;
    for (int i = 0; i < columns->natts && !holds; i++)
        holds = !TupleDescAttr(columns, i)->attisdropped &&
                HoldsNames(TupleDescAttr(columns, i)->atttypid);
    ReleaseTupleDesc(columns);
    return holds;
}

void RequireInArray(Oid element, Datum value) {
    int16 length = 0;
    bool by_value = false;
    char alignment = 0;
    get_typlenbyvalalign(element, &length, &by_value, &alignment);
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(value), element, length, by_value, alignment, &values,
                      &nulls, &count);
    for (int i = 0; i < count; i++)
        if (!nulls[i]) RequireKnownNames(element, values[i]);
}

void RequireInRow(Datum value) {
    HeapTupleHeader row = DatumGetHeapTupleHeader(value);
    const TupleDesc columns =
        lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
    HeapTupleData tuple = {};
    tuple.t_len = HeapTupleHeaderGetDatumLength(row);
    ItemPointerSetInvalid(&tuple.t_self);
    tuple.t_data = row;
    for (int i = 0; i < columns->natts; i++) {
        const Oid type = TupleDescAttr(columns, i)->atttypid;
        if (TupleDescAttr(columns, i)->attisdropped || !HoldsNames(type)) continue;
        bool is_null = false;
        const Datum column = heap_getattr(&tuple, i + 1, columns, &is_null);
        if (!is_null) RequireKnownNames(type, column);
    }
}

}  // namespace

bool IsPrivate(Oid class_id, Oid object_id) {
    return object_id >= FirstNormalObjectId &&
           !OidIsValid(getExtensionOfObject(class_id, object_id));
}

bool TypeIsEverywhere(Oid type) {
    for (Oid element = get_element_type(type); OidIsValid(element);
         element = get_element_type(type))
        type = element;
    if (type < FirstNormalObjectId) return true;
    const Oid relation = get_typ_typrelid(type);
    if (OidIsValid(relation) && FindTable(relation)) return true;
    return OidIsValid(getExtensionOfObject(TypeRelationId, type)) || TypeIsUsed(type);
}

bool NameIsEverywhere(Oid type, Oid object) {
    if (object < FirstNormalObjectId) return true;
    switch (type) {
    case REGCLASSOID:
        return RelationIsEverywhere(object);
    case REGTYPEOID:
        return SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(object)) && TypeIsEverywhere(object);
    case REGROLEOID:
        return SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(object));
    case REGNAMESPACEOID:
        return SchemaIsEverywhere(object);
    case REGPROCOID:
    case REGPROCEDUREOID:
        return !IsPrivate(ProcedureRelationId, object);
    case REGOPEROID:
    case REGOPERATOROID:
        return !IsPrivate(OperatorRelationId, object);
    case REGCOLLATIONOID:
        return !IsPrivate(CollationRelationId, object);
    case REGCONFIGOID:
        return !IsPrivate(TSConfigRelationId, object);
    case REGDICTIONARYOID:
        return !IsPrivate(TSDictionaryRelationId, object);
    default:
        elog(ERROR, "type %u does not name objects", type);
    }
}

bool HoldsNames(Oid type) {
    if (pg::NamesObjectsByOid(type)) return true;
    if (const Oid element = get_element_type(type); OidIsValid(element)) return HoldsNames(element);
    if (type < FirstNormalObjectId) return false;
    if (const Oid base = getBaseType(type); base != type) return HoldsNames(base);
    return get_typtype(type) == TYPTYPE_COMPOSITE && ColumnsHoldNames(type);
}

void RequireKnownNames(Oid type, Datum value) {
    type = getBaseType(type);
    if (const Oid element = get_element_type(type); OidIsValid(element))
        return RequireInArray(element, value);
    if (!pg::NamesObjectsByOid(type)) return RequireInRow(value);
    const Oid object = DatumGetObjectId(value);
    if (NameIsEverywhere(type, object)) return;
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(type, &output, &is_varlena);
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("value \"%s\" of type %s cannot be sent to other nodes",
                   OidOutputFunctionCall(output, value), format_type_be(type)),
            errdetail("They know objects by name, and only what tables need exists on every "
                      "node."),
            errhint("Store the name as text."));
}

}  // namespace pgspan::metadata
