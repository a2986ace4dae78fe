#include "engine/ddl/tables_in.h"

#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/pg_class.h"
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

List* HeirsBelow(const List* range_vars) {
    List* heirs = NIL;
    for (const auto* name : pg::Each<RangeVar>(range_vars))
        if (name->inh && IsOrigin())
            heirs = list_concat_unique_oid(
                heirs, metadata::DistributedHeirs(RangeVarGetRelid(name, NoLock, true)));
    return heirs;
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
