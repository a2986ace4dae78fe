#include "engine/ddl/definition_parts.h"

extern "C" {
#include "catalog/pg_attribute.h"
}

namespace pgspan::ddl {

namespace {

enum Column {
    kNumber,
    kDropped,
    kName,
    kType,
    kCollation,
    kNotNull,
    kExpression,
    kGenerated,
    kIdentity,
    kUsesSequence
};

List* Columns(Oid relation) {
    return CatalogRows(
        "SELECT a.attnum, a.attisdropped, quote_ident(a.attname), format_type(a.atttypid, "
        "a.atttypmod),"
        " CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation"
        "      THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,"
        " a.attnotnull, pg_get_expr(d.adbin, d.adrelid), nullif(a.attgenerated, ''), "
        "nullif(a.attidentity, ''),"
        " EXISTS (SELECT FROM pg_depend dep JOIN pg_class s ON s.oid = dep.refobjid"
        "         WHERE dep.classid = 'pg_attrdef'::regclass AND dep.objid = d.oid"
        "           AND dep.refclassid = 'pg_class'::regclass AND s.relkind = 'S')"
        " FROM pg_attribute a LEFT JOIN pg_type t ON t.oid = a.atttypid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " LEFT JOIN pg_collation co ON co.oid = a.attcollation LEFT JOIN pg_namespace cn ON cn.oid "
        "= co.collnamespace"
        " WHERE a.attrelid = %u AND a.attnum > 0 ORDER BY a.attnum",
        relation);
}

const char* GapName(const char* number) {
    return psprintf("\"pgspan dropped %s\"", number);
}

void AppendColumn(StringInfo sql, const CatalogRow* column, Oid relation, ColumnsOf target,
                  int32 group_id) {
    appendStringInfo(sql, "%s %s", column[kName], column[kType]);
    if (column[kCollation]) appendStringInfo(sql, " COLLATE %s", column[kCollation]);
    if (IsTrue(column[kNotNull])) appendStringInfoString(sql, " NOT NULL");
    if (column[kGenerated]) {
        appendStringInfo(
            sql, " GENERATED ALWAYS AS (%s) %s", column[kExpression],
            column[kGenerated][0] == ATTRIBUTE_GENERATED_STORED ? "STORED" : "VIRTUAL");
    } else if (column[kExpression] &&
               (target == ColumnsOf::kShell || !IsTrue(column[kUsesSequence]))) {
        appendStringInfo(sql, " DEFAULT %s", column[kExpression]);
    }
    if (column[kIdentity] && target == ColumnsOf::kShell)
        appendStringInfo(
            sql, " GENERATED %s AS IDENTITY %s",
            column[kIdentity][0] == ATTRIBUTE_IDENTITY_ALWAYS ? "ALWAYS" : "BY DEFAULT",
            IdentityOptions(relation, static_cast<AttrNumber>(pg_strtoint32(column[kNumber])),
                            group_id));
}

}  // namespace

char* ColumnDefinitions(Oid relation, ColumnsOf target, int32 group_id) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (const auto* column : pg::Each<CatalogRow>(Columns(relation))) {
        if (sql.len > 0) appendStringInfoString(&sql, ", ");
        if (IsTrue(column[kDropped]))
            appendStringInfo(&sql, "%s boolean", GapName(column[kNumber]));
        else
            AppendColumn(&sql, column, relation, target, group_id);
    }
    return sql.data;
}

List* GapDefinitions(Oid relation, const char* target) {
    List* definitions = NIL;
    for (const auto* column : pg::Each<CatalogRow>(Columns(relation)))
        if (IsTrue(column[kDropped]))
            definitions = AddDefinition(
                definitions, nullptr,
                psprintf("ALTER TABLE %s DROP COLUMN %s", target, GapName(column[kNumber])));
    return definitions;
}

List* ColumnSettings(Oid relation, const char* target) {
    List* rows = CatalogRows(
        "SELECT quote_ident(a.attname),"
        " CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN "
        "'e' THEN 'EXTERNAL'"
        "   WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END,"
        " CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,"
        " CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,"
        // pg_attver is the server's own: the column's version on this node, and unknown to servers
        // of another minor version.
        " (SELECT string_agg(o, ', ') FROM unnest(a.attoptions) o WHERE o !~ '^pg_attver=')"
        " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
        " WHERE a.attrelid = %u AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows)) {
        const char* prefix = psprintf("ALTER TABLE %s ALTER COLUMN %s", target, row[0]);
        if (row[1])
            definitions =
                AddDefinition(definitions, nullptr, psprintf("%s SET STORAGE %s", prefix, row[1]));
        if (row[2])
            definitions = AddDefinition(definitions, nullptr,
                                        psprintf("%s SET COMPRESSION %s", prefix, row[2]));
        if (row[3])
            definitions = AddDefinition(definitions, nullptr,
                                        psprintf("%s SET STATISTICS %s", prefix, row[3]));
        if (row[4])
            definitions =
                AddDefinition(definitions, nullptr, psprintf("%s SET (%s)", prefix, row[4]));
    }
    return definitions;
}

char* StorageOptions(Oid relation) {
    return CatalogText(
        "SELECT string_agg(o.prefix || quote_ident(split_part(o.text, '=', 1)) || '=' ||"
        "   quote_literal(substr(o.text, strpos(o.text, '=') + 1)), ', ')"
        " FROM (SELECT '' AS prefix, unnest(c.reloptions) AS text FROM pg_class c WHERE c.oid = %u"
        "   UNION ALL SELECT 'toast.', unnest(t.reloptions) FROM pg_class c JOIN pg_class t ON "
        "t.oid = c.reltoastrelid"
        "   WHERE c.oid = %u) o",
        relation, relation);
}

const char* AccessMethodClause(Oid relation) {
    return CatalogText(
        "SELECT CASE WHEN m.amname <> 'heap' THEN ' USING ' || quote_ident(m.amname) ELSE '' END"
        " FROM pg_class c JOIN pg_am m ON m.oid = c.relam WHERE c.oid = %u",
        relation);
}

}  // namespace pgspan::ddl
