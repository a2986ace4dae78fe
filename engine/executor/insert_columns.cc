#include "engine/executor/insert_columns.h"

#include "engine/pg/deparse.h"

extern "C" {
#include "utils/datum.h"
}

namespace pgspan::executor {

namespace {

const char* CastTo(Oid type) {
    return psprintf("::%s", pg::NameOfType(type));
}

void SetElement(InsertColumn* column, Oid base) {
    const bool fits = IsBuiltIn(base) && !OidIsValid(get_element_type(base)) &&
                      get_typtype(base) != TYPTYPE_COMPOSITE && OidIsValid(get_array_type(base));
    column->element = fits ? base : TEXTOID;
    column->element_cast = fits ? "" : CastTo(column->type);
    if (!fits)
        column->text =
            new (palloc(sizeof(ValueEncoder))) ValueEncoder(MakeEncoder(column->type, true));
    column->array = get_array_type(column->element);
    get_typlenbyvalalign(column->element, &column->element_length, &column->element_by_value,
                         &column->element_alignment);
}

// The head ends before VALUES; identity columns take the values that were computed here.
void AppendHead(StringInfo sql, const plan::InsertPlan& plan) {
    constexpr std::string_view kOverriding = "OVERRIDING SYSTEM VALUE";
    appendStringInfoString(sql, plan.head);
    std::string_view head = plan.head;
    while (head.ends_with(' ') || head.ends_with('\n')) head.remove_suffix(1);
    if (head.ends_with(kOverriding)) return;
    appendStringInfoString(sql, " OVERRIDING SYSTEM VALUE ");
}

}  // namespace

InsertColumn* MakeInsertColumns(Oid relation, const List* attributes) {
    auto* columns =
        static_cast<InsertColumn*>(palloc0(sizeof(InsertColumn) * (list_length(attributes) + 1)));
    for (int i = 0; i < list_length(attributes); i++) {
        InsertColumn* column = &columns[i];
        int32 typmod = -1;
        Oid collation = InvalidOid;
        get_atttypetypmodcoll(relation, static_cast<AttrNumber>(list_nth_int(attributes, i)),
                              &column->type, &typmod, &collation);
        get_typlenbyval(column->type, &column->length, &column->by_value);
        const Oid base = getBaseType(column->type);
        const bool travels = IsBuiltIn(base);
        column->wire_type = travels ? base : TEXTOID;
        column->cast = travels ? "" : CastTo(column->type);
        SetElement(column, base);
    }
    return columns;
}

Datum CopyElement(const InsertColumn& column, Datum value, size_t* bytes) {
    if (column.text != nullptr) value = TextDatum(column.text, value);
    if (column.element_length == -1) {
        struct varlena* copy = PG_DETOAST_DATUM_COPY(value);
        *bytes += VARSIZE(copy);
        return PointerGetDatum(copy);
    }
    *bytes += sizeof(Datum);
    return datumCopy(value, column.element_by_value, column.element_length);
}

Datum ArrayOf(const InsertColumn& column, Datum* values, bool* nulls, int count) {
    int dimensions[1] = {count};
    int lower_bounds[1] = {1};
    return PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, lower_bounds,
                                              column.element, column.element_length,
                                              column.element_by_value, column.element_alignment));
}

char* OneRowSql(const plan::InsertPlan& plan, const InsertColumn* columns) {
    StringInfoData sql;
    initStringInfo(&sql);
    AppendHead(&sql, plan);
    appendStringInfoString(&sql, " VALUES (");
    int parameter = list_length(plan.tail_parameters);
    for (int i = 0; i < list_length(plan.attributes); i++)
        appendStringInfo(&sql, "%s$%d%s", i > 0 ? ", " : "", ++parameter, columns[i].cast);
    appendStringInfo(&sql, ") %s", plan.tail);
    return sql.data;
}

char* ManyRowsSql(const plan::InsertPlan& plan, const InsertColumn* columns) {
    const int count = list_length(plan.attributes);
    StringInfoData sql;
    initStringInfo(&sql);
    AppendHead(&sql, plan);
    appendStringInfoString(&sql, " SELECT ");
    for (int i = 0; i < count; i++)
        appendStringInfo(&sql, "%sr.c%d%s", i > 0 ? ", " : "", i + 1, columns[i].element_cast);
    // unnest of several arrays exists only under its bare name, which a search_path could redirect.
    appendStringInfoString(&sql, " FROM ROWS FROM (");
    int parameter = list_length(plan.tail_parameters);
    for (int i = 0; i < count; i++)
        appendStringInfo(&sql, "%spg_catalog.unnest($%d)", i > 0 ? ", " : "", ++parameter);
    appendStringInfoString(&sql, ") AS r(");
    for (int i = 0; i < count; i++) appendStringInfo(&sql, "%sc%d", i > 0 ? ", " : "", i + 1);
    appendStringInfo(&sql, ") %s", plan.tail);
    return sql.data;
}

char* GatherSql(const plan::InsertPlan& plan) {
    const int count = list_length(plan.gathered_types);
    const int parameter = list_length(plan.tail_parameters);
    StringInfoData sql;
    initStringInfo(&sql);
    AppendHead(&sql, plan);
    appendStringInfoString(&sql, " SELECT ");
    for (int i = 0; i < count; i++) appendStringInfo(&sql, "%sr.c%d", i > 0 ? ", " : "", i + 1);
    appendStringInfo(&sql, " FROM pgspan.gather($%d, $%d, $%d, $%d) AS r(", parameter + 1,
                     parameter + 2, parameter + 3, parameter + 4);
    for (int i = 0; i < count; i++)
        appendStringInfo(&sql, "%sc%d %s", i > 0 ? ", " : "", i + 1,
                         strVal(list_nth(plan.gathered_types, i)));
    appendStringInfo(&sql, ") %s", plan.tail);
    return sql.data;
}

}  // namespace pgspan::executor
