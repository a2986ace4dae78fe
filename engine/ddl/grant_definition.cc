#include "engine/ddl/definition_parts.h"

namespace pgspan::ddl {

namespace {

enum Column { kPrivilege, kGrantee, kGrantable, kColumnName };

List* Grants(List* definitions, List* rows, const char* kind, const char* target) {
    for (const auto* row : pg::Each<CatalogRow>(rows)) {
        const char* columns = row[kColumnName] ? psprintf(" (%s)", row[kColumnName]) : "";
        definitions = AddDefinition(
            definitions, nullptr,
            psprintf("GRANT %s%s ON %s %s TO %s%s", row[kPrivilege], columns, kind, target,
                     row[kGrantee], IsTrue(row[kGrantable]) ? " WITH GRANT OPTION" : ""));
    }
    return definitions;
}

constexpr const char* kExploded =
    "x.privilege_type, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE "
    "quote_ident(pg_get_userbyid(x.grantee)) END,"
    " x.is_grantable";

}  // namespace

List* GrantDefinitions(Oid relation, const char* target) {
    const int settings = EnterCanonicalSettings();
    const char* kind = get_rel_relkind(relation) == RELKIND_SEQUENCE ? "SEQUENCE" : "TABLE";
    List* definitions = NIL;
    const char* owner = CatalogText(
        "SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE oid = %u AND relacl IS "
        "NOT NULL",
        relation);
    if (owner)
        definitions =
            AddDefinition(definitions, nullptr,
                          psprintf("REVOKE ALL ON %s %s FROM PUBLIC, %s", kind, target, owner));
    definitions = Grants(
        definitions,
        CatalogRows("SELECT %s, NULL FROM pg_class c, aclexplode(c.relacl) x WHERE c.oid = %u",
                    kExploded, relation),
        kind, target);
    definitions = Grants(
        definitions,
        CatalogRows(
            "SELECT %s, quote_ident(a.attname) FROM pg_attribute a, aclexplode(a.attacl) x"
            " WHERE a.attrelid = %u AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            kExploded, relation),
        kind, target);
    LeaveCanonicalSettings(settings);
    return definitions;
}

// Only what is missing there: the schema may have been made before the grant, and not everybody may
// repeat it.
List* SchemaGrants(Oid schema) {
    List* rows = CatalogRows(
        "SELECT %s, quote_literal(CASE x.grantee WHEN 0 THEN 'public' ELSE "
        "pg_get_userbyid(x.grantee) END)"
        " FROM pg_namespace n, aclexplode(n.nspacl) x WHERE n.oid = %u",
        kExploded, schema);
    const char* name = get_namespace_name(schema);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions = AddDefinition(
            definitions,
            psprintf("pg_catalog.has_schema_privilege(%s, %s, '%s')", row[3],
                     quote_literal_cstr(name), row[kPrivilege]),
            psprintf("GRANT %s ON SCHEMA %s TO %s%s", row[kPrivilege], quote_identifier(name),
                     row[kGrantee], IsTrue(row[kGrantable]) ? " WITH GRANT OPTION" : ""));
    return definitions;
}

}  // namespace pgspan::ddl
