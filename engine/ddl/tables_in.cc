#include "engine/ddl/tables_in.h"

#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/pg_class.h"
#include "parser/parse_type.h"
}

namespace pgspan::ddl {

namespace {

template <typename Predicate>
List* TablesWhere(Predicate&& holds) {
    List* found = NIL;
    for (const Oid relation : pg::EachOid(metadata::AllTables())) {
        const HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
        if (!HeapTupleIsValid(tuple)) continue;
        if (holds(*reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))))
            found = lappend_oid(found, relation);
        ReleaseSysCache(tuple);
    }
    return found;
}

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

List* TablesInSchema(Oid schema) {
    return TablesWhere(
        [schema](const FormData_pg_class& form) { return form.relnamespace == schema; });
}

List* TablesOwnedBy(Oid role) {
    return TablesWhere([role](const FormData_pg_class& form) { return form.relowner == role; });
}

List* TablesNamed(const List* range_vars, const char* command) {
    List* found = NIL;
    for (const auto* name : pg::Each<RangeVar>(range_vars)) {
        const metadata::Table* table = FindForDdl(name, command);
        if (table) found = list_append_unique_oid(found, table->relation);
    }
    return found;
}

bool TypeIsDistributed(List* name) {
    const Oid wanted = LookupTypeNameOid(nullptr, makeTypeNameFromNameList(name), true);
    if (!OidIsValid(wanted)) return false;
    for (const Oid relation : pg::EachOid(metadata::AllTables())) {
        const Relation opened = try_relation_open(relation, AccessShareLock);
        if (!opened) continue;
        const TupleDesc columns = RelationGetDescr(opened);
        bool uses = false;
        for (int i = 0; !uses && i < columns->natts; i++) {
            const FormData_pg_attribute* column = TupleDescAttr(columns, i);
            uses = !column->attisdropped && IsMadeFrom(column->atttypid, wanted);
        }
        relation_close(opened, AccessShareLock);
        if (uses) return true;
    }
    return false;
}

char* QualifiedNames(const List* relations) {
    StringInfoData names;
    initStringInfo(&names);
    for (const Oid relation : pg::EachOid(relations))
        appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
                         QualifiedRelationName(relation));
    return names.data;
}

List* PartsOf(const List* relations, Parts parts) {
    List* names = NIL;
    for (const Oid relation : pg::EachOid(relations)) {
        const metadata::Table* table = metadata::FindTable(relation);
        if (!table || !table->IsHash()) continue;
        names = lappend(names, RangeVarFor(table->container));
        if (parts == Parts::kContainers) continue;
        for (const LocalShard& shard : LocalShards(*table))
            names = lappend(names, RangeVarFor(shard.relation));
    }
    return names;
}

}  // namespace pgspan::ddl
