#include "engine/ddl/required_change.h"

#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "parser/parse_type.h"
}

namespace pgspan::ddl {

namespace {

bool IsMadeFrom(Oid type, Oid wanted);

bool HasAttributeMadeFrom(Oid type, Oid wanted) {
    const TupleDesc attributes = lookup_rowtype_tupdesc_copy(type, -1);
    for (int i = 0; i < attributes->natts; i++) {
        const FormData_pg_attribute* attribute = TupleDescAttr(attributes, i);
        if (!attribute->attisdropped && IsMadeFrom(attribute->atttypid, wanted)) return true;
    }
    return false;
}

bool IsMadeFrom(Oid type, Oid wanted) {
    if (type == wanted) return true;
    const Oid element = get_element_type(type);
    if (OidIsValid(element)) return IsMadeFrom(element, wanted);
    switch (get_typtype(type)) {
    case TYPTYPE_DOMAIN:
        return IsMadeFrom(getBaseType(type), wanted);
    case TYPTYPE_COMPOSITE:
        return HasAttributeMadeFrom(type, wanted);
    case TYPTYPE_RANGE:
        return IsMadeFrom(get_range_subtype(type), wanted);
    case TYPTYPE_MULTIRANGE:
        return IsMadeFrom(get_multirange_range(type), wanted);
    default:
        return false;
    }
}

}  // namespace

void RunWhereRequired(const Statement& statement, Oid class_id, Oid object_id,
                      const char* command) {
    const bool required = IsOrigin() && OidIsValid(object_id) && IsRequired(class_id, object_id);
    if (required) RequireOrigin(command);
    RunStandard(statement);
    if (!required) return;
    CommandCounterIncrement();
    List* requirements = RequirementsOf(class_id, object_id);
    if (requirements != NIL) Broadcast(RemoteDefinitions(requirements));
    Broadcast(statement.Text());
}

List* TablesKeyedBy(Oid type) {
    List* tables = NIL;
    if (!OidIsValid(type) || !IsOrigin()) return tables;
    for (const Oid relation : pg::EachOid(metadata::AllTables())) {
        const metadata::Table* table = metadata::FindTable(relation);
        if (table && table->IsHash() && IsMadeFrom(table->distribution_type, type))
            tables = lappend_oid(tables, relation);
    }
    return tables;
}

List* TablesOf(Oid type) {
    List* tables = NIL;
    if (!OidIsValid(type) || !IsOrigin()) return tables;
    List* rows = pg::QueryRowsAsOwner(
        psprintf("SELECT c.oid FROM pg_catalog.pg_class c JOIN pgspan.distributed_table t ON"
                 " t.relation = c.oid WHERE c.reloftype = %u ORDER BY 1",
                 type));
    for (const auto* row : pg::Each<char*>(rows))
        tables = lappend_oid(tables, static_cast<Oid>(strtoul(row[0], nullptr, 10)));
    return tables;
}

Oid TypeNamed(const List* name) {
    return LookupTypeNameOid(nullptr, makeTypeNameFromNameList(const_cast<List*>(name)), true);
}

}  // namespace pgspan::ddl
