#include "engine/ddl/definition_parts.h"
#include "engine/metadata/constraint_names.h"

namespace pgspan::ddl {

namespace {

const char* NameOn(const Target& target, const char* name) {
    return target.table_id == 0 ? name : metadata::ContainerIndexName(name, target.table_id);
}

// text with its prefix `from` replaced; the prefix is what PostgreSQL's deparser is known to write.
char* ReplacePrefix(const char* text, const char* from, const char* to) {
    const size_t length = strlen(from);
    if (strncmp(text, from, length) != 0)
        elog(ERROR, "unexpected definition \"%s\", expected it to start with \"%s\"", text, from);
    return psprintf("%s%s", to, text + length);
}

char* IndexDefinitionOn(Oid index, const Target& target) {
    List* rows = CatalogRows(
        "SELECT pg_get_indexdef(i.indexrelid), i.indisunique, c.relname, i.indrelid FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indexrelid = %u"
        " AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND "
        "k.contype IN ('p', 'u', 'x'))",
        index);
    if (rows == NIL) return nullptr;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    const char* unique = IsTrue(row[1]) ? "UNIQUE " : "";
    const Oid relation = static_cast<Oid>(strtoul(row[3], nullptr, 10));
    return ReplacePrefix(row[0],
                         psprintf("CREATE %sINDEX %s ON %s USING ", unique,
                                  quote_identifier(row[2]), QualifiedName(relation)),
                         psprintf("CREATE %sINDEX %s ON %s USING ", unique,
                                  quote_identifier(NameOn(target, row[2])), target.table));
}

}  // namespace

char* ContainerIndexDefinition(Oid index, const char* base_name, int32 table_id) {
    const int settings = EnterCanonicalSettings();
    const char* container = quote_qualified_identifier(
        metadata::kDataSchema, metadata::ContainerName(base_name, table_id));
    char* sql = IndexDefinitionOn(index, {container, table_id});
    LeaveCanonicalSettings(settings);
    return sql;
}

List* CheckConstraints(Oid relation, const char* target) {
    // NO INHERIT is left out: a container cannot have it, and a shell has no children.
    List* rows = CatalogRows(
        "SELECT quote_ident(conname), pg_get_expr(conbin, conrelid), convalidated FROM "
        "pg_constraint"
        " WHERE conrelid = %u AND contype = 'c' ORDER BY conname",
        relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions =
            AddDefinition(definitions, nullptr,
                          psprintf("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s)%s", target, row[0],
                                   row[1], IsTrue(row[2]) ? "" : " NOT VALID"));
    return definitions;
}

List* UnvalidatedChecks(Oid relation, const char* container, Checks wanted) {
    const int settings = EnterCanonicalSettings();
    List* rows = CatalogRows(
        "SELECT quote_ident(conname), pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE"
        " conrelid = %u AND contype = 'c' AND NOT convalidated ORDER BY conname",
        relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions =
            AddDefinition(definitions, nullptr,
                          wanted == Checks::kDropped
                              ? psprintf("ALTER TABLE %s DROP CONSTRAINT %s", container, row[0])
                              : psprintf("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s) NOT VALID",
                                         container, row[0], row[1]));
    LeaveCanonicalSettings(settings);
    return definitions;
}

List* KeyConstraints(Oid relation, const Target& target, const char* types) {
    List* rows = CatalogRows(
        "SELECT k.conname, pg_get_constraintdef(k.oid),"
        " (SELECT string_agg(quote_ident(split_part(o, '=', 1)) || '=' || quote_literal(substr(o, "
        "strpos(o, '=') + 1)),"
        "   ', ') FROM unnest(c.reloptions) o)"
        " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conindid"
        " WHERE k.conrelid = %u AND strpos('%s', k.contype::text) > 0 ORDER BY k.contype <> 'p', "
        "k.conname",
        relation, types);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows)) {
        const char* name = quote_identifier(NameOn(target, row[0]));
        definitions = AddDefinition(
            definitions, nullptr,
            psprintf("ALTER TABLE %s ADD CONSTRAINT %s %s", target.table, name, row[1]));
        if (row[2] && target.table_id == 0)
            definitions =
                AddDefinition(definitions, nullptr,
                              psprintf("ALTER INDEX %s SET (%s)",
                                       quote_qualified_identifier(
                                           get_namespace_name(get_rel_namespace(relation)), row[0]),
                                       row[2]));
    }
    return definitions;
}

List* PlainIndexes(Oid relation, const Target& target) {
    List* rows = CatalogRows(
        "SELECT i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE "
        "i.indrelid = %u"
        " AND i.indisvalid AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = "
        "i.indexrelid"
        " AND k.contype IN ('p', 'u', 'x')) ORDER BY c.relname",
        relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions = AddDefinition(
            definitions, nullptr,
            IndexDefinitionOn(static_cast<Oid>(strtoul(row[0], nullptr, 10)), target));
    return definitions;
}

}  // namespace pgspan::ddl
