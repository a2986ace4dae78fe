// Types as SQL.
#include "engine/ddl/definition_parts.h"

namespace pgspan::ddl {

const char* TypeDefinition(Oid type) {
    const char* name = format_type_be_qualified(type);
    switch (get_typtype(type)) {
    case TYPTYPE_ENUM:
        return CatalogText(
            "SELECT %s || coalesce(string_agg(quote_literal(enumlabel), ', '"
            " ORDER BY enumsortorder), '') || ')' FROM pg_enum WHERE enumtypid = %u",
            quote_literal_cstr(psprintf("CREATE TYPE %s AS ENUM (", name)), type);
    case TYPTYPE_COMPOSITE:
        return CatalogText(
            "SELECT %s || (SELECT coalesce(string_agg(quote_ident(attname) || ' '"
            " || format_type(atttypid, atttypmod) || CASE WHEN attcollation <> 0 AND attcollation "
            "<> 100 THEN"
            " ' COLLATE ' || quote_ident(cn.nspname) || '.' || quote_ident(co.collname) ELSE '' "
            "END,"
            " ', ' ORDER BY attnum), '') FROM pg_attribute a LEFT JOIN pg_collation co ON co.oid = "
            "attcollation"
            " LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace"
            " WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) || ')'"
            " FROM pg_class c WHERE c.reltype = %u AND c.relkind = 'c'",
            quote_literal_cstr(psprintf("CREATE TYPE %s AS (", name)), type);
    case TYPTYPE_DOMAIN:
        return CatalogText(
            "SELECT %s || format_type(t.typbasetype, t.typtypmod)"
            " || CASE WHEN t.typcollation <> b.typcollation THEN ' COLLATE ' || "
            "quote_ident(cn.nspname) || '.'"
            " || quote_ident(co.collname) ELSE '' END || coalesce(' DEFAULT ' || "
            "pg_get_expr(t.typdefaultbin, 0), '')"
            " || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END"
            " || coalesce((SELECT string_agg(' CONSTRAINT ' || quote_ident(conname) || ' '"
            " || pg_get_constraintdef(oid), '' ORDER BY conname) FROM pg_constraint WHERE contypid "
            "= t.oid"
            " AND contype = 'c'), '') FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype"
            " LEFT JOIN pg_collation co ON co.oid = t.typcollation"
            " LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE t.oid = %u",
            quote_literal_cstr(psprintf("CREATE DOMAIN %s AS ", name)), type);
    case TYPTYPE_RANGE:
        return CatalogText(
            "SELECT %s || format_type(r.rngsubtype, -1)"
            " || ', subtype_opclass = ' || quote_ident(n.nspname) || '.' || quote_ident(o.opcname)"
            " || CASE WHEN r.rngcollation <> 0 THEN ', collation = ' || quote_ident(cn.nspname) || "
            "'.'"
            " || quote_ident(co.collname) ELSE '' END || CASE WHEN r.rngsubdiff <> 0 THEN ', "
            "subtype_diff = '"
            " || r.rngsubdiff::oid::regproc::text ELSE '' END || ', multirange_type_name = '"
            " || format_type(r.rngmultitypid, -1) || ')'"
            " FROM pg_range r JOIN pg_opclass o ON o.oid = r.rngsubopc JOIN pg_namespace n ON "
            "n.oid = o.opcnamespace"
            " LEFT JOIN pg_collation co ON co.oid = r.rngcollation"
            " LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE r.rngtypid = %u AND "
            "r.rngcanonical = 0",
            quote_literal_cstr(psprintf("CREATE TYPE %s AS RANGE (subtype = ", name)), type);
    case TYPTYPE_MULTIRANGE:
        return "";
    default:
        return nullptr;
    }
}

}  // namespace pgspan::ddl

using namespace pgspan;

// pgspan.type_definition(regtype): for other nodes, which compare it with their own.
PGSPAN_FUNCTION(pgspan_type_definition) {
    const int settings = ddl::EnterCanonicalSettings();
    const char* definition = ddl::TypeDefinition(PG_GETARG_OID(0));
    ddl::LeaveCanonicalSettings(settings);
    if (!definition) PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text(definition));
}
