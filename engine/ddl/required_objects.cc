// What a table needs before it can exist on another node, found by following pg_depend from the
// table, its defaults, constraints and indexes. Dependencies on built-in objects are not recorded
// there, so all that is found was made by somebody. Objects without a definition here (operators,
// operator classes, text search configurations outside an extension) are left to the statement that
// uses them, which fails with PostgreSQL's own message if they are missing.
#include "engine/ddl/definition_parts.h"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "utils/acl.h"
}

namespace pgspan::ddl {

namespace {

struct Collector {
    ObjectAddresses* visited;
    List* roles;  // OIDs
    List* role_definitions;
    List* definitions;
};

void Visit(Collector* collector, Oid class_id, Oid object_id);

void Emit(Collector* collector, const char* unless, const char* sql) {
    collector->definitions = AddDefinition(collector->definitions, unless, sql);
}

void NeedRole(Collector* collector, Oid role) {
    if (!OidIsValid(role) || list_member_oid(collector->roles, role)) return;
    collector->roles = lappend_oid(collector->roles, role);
    List* rows = CatalogRows(
        "SELECT quote_literal(rolname), quote_ident(rolname)"
        " || CASE WHEN rolsuper THEN ' SUPERUSER' ELSE ' NOSUPERUSER' END"
        " || CASE WHEN rolinherit THEN ' INHERIT' ELSE ' NOINHERIT' END"
        " || CASE WHEN rolcreaterole THEN ' CREATEROLE' ELSE ' NOCREATEROLE' END"
        " || CASE WHEN rolcreatedb THEN ' CREATEDB' ELSE ' NOCREATEDB' END"
        " || CASE WHEN rolcanlogin THEN ' LOGIN' ELSE ' NOLOGIN' END"
        " || CASE WHEN rolreplication THEN ' REPLICATION' ELSE ' NOREPLICATION' END"
        " || CASE WHEN rolbypassrls THEN ' BYPASSRLS' ELSE ' NOBYPASSRLS' END"
        " || ' CONNECTION LIMIT ' || rolconnlimit || coalesce(' PASSWORD ' || "
        "quote_literal(rolpassword), '')"
        " || coalesce(' VALID UNTIL ' || quote_literal(rolvaliduntil::text), '')"
        " FROM pg_authid WHERE oid = %u AND rolname !~ '^pg_'",
        role);
    if (rows == NIL) return;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    collector->role_definitions = AddDefinition(
        collector->role_definitions,
        psprintf("EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %s)", row[0]),
        psprintf("CREATE ROLE %s", row[1]));
}

// query yields one column of role OIDs.
void NeedRoles(Collector* collector, List* rows) {
    for (const auto* row : pg::Each<CatalogRow>(rows))
        NeedRole(collector, static_cast<Oid>(strtoul(row[0], nullptr, 10)));
}

void NeedSchema(Collector* collector, Oid schema) {
    List* rows = CatalogRows(
        "SELECT quote_literal(nspname), quote_ident(nspname), "
        "quote_ident(pg_get_userbyid(nspowner)), nspowner"
        " FROM pg_namespace WHERE oid = %u AND nspname !~ '^pg_' AND nspname <> "
        "'information_schema'",
        schema);
    if (rows == NIL) return;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    NeedRole(collector, static_cast<Oid>(strtoul(row[3], nullptr, 10)));
    NeedRoles(collector,
              CatalogRows("SELECT DISTINCT grantee FROM pg_namespace, aclexplode(nspacl) WHERE"
                          " pg_namespace.oid = %u",
                          schema));
    Emit(collector,
         psprintf("EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s)", row[0]),
         psprintf("CREATE SCHEMA %s AUTHORIZATION %s", row[1], row[2]));
    collector->definitions = list_concat(collector->definitions, SchemaGrants(schema));
}

void NeedExtension(Collector* collector, Oid extension) {
    List* rows = CatalogRows(
        "SELECT quote_literal(e.extname), 'CREATE EXTENSION ' || quote_ident(e.extname)"
        "   || CASE WHEN e.extrelocatable THEN ' SCHEMA ' || quote_ident(n.nspname) ELSE '' END"
        "   || ' VERSION ' || quote_literal(e.extversion) || ' CASCADE', n.oid"
        " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.oid = %u AND "
        "e.extname <> 'pgspan'",
        extension);
    if (rows == NIL) return;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    Visit(collector, NamespaceRelationId, static_cast<Oid>(strtoul(row[2], nullptr, 10)));
    Emit(collector,
         psprintf("EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = %s)", row[0]),
         row[1]);
}

void NeedFunction(Collector* collector, Oid function) {
    List* rows = CatalogRows(
        "SELECT quote_literal(p.oid::regprocedure::text), p.oid::regprocedure::text,"
        " CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, "
        "quote_ident(pg_get_userbyid(p.proowner)),"
        " p.proowner FROM pg_proc p WHERE p.oid = %u",
        function);
    if (rows == NIL) return;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    NeedRole(collector, static_cast<Oid>(strtoul(row[4], nullptr, 10)));
    const char* create = row[2]
                             ? psprintf("%s; ALTER ROUTINE %s OWNER TO %s", row[2], row[1], row[3])
                             : psprintf("SELECT pgspan.missing_object('aggregate', %s)", row[0]);
    Emit(collector, psprintf("pg_catalog.to_regprocedure(%s) IS NOT NULL", row[0]), create);
}

void NeedCollation(Collector* collector, Oid collation) {
    // By JSON, because the column of an ICU locale has another name in each major version.
    List* rows = CatalogRows(
        "SELECT quote_ident(c.nspname) || '.' || quote_ident(c.collname), 'provider = '"
        " || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END"
        " || coalesce(', locale = ' || quote_literal(coalesce(c.j->>'colllocale', "
        "c.j->>'colliculocale')),"
        "    ', lc_collate = ' || quote_literal(c.j->>'collcollate') || ', lc_ctype = ' || "
        "quote_literal(c.j->>'collctype'))"
        " || CASE WHEN c.collisdeterministic THEN '' ELSE ', deterministic = false' END"
        " || coalesce(', rules = ' || quote_literal(c.j->>'collicurules'), '')"
        " FROM (SELECT k.*, n.nspname, to_jsonb(k) AS j FROM pg_collation k JOIN pg_namespace n"
        "   ON n.oid = k.collnamespace WHERE k.oid = %u) c",
        collation);
    if (rows == NIL) return;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    Emit(collector,
         psprintf("pg_catalog.to_regcollation(%s) IS NOT NULL", quote_literal_cstr(row[0])),
         psprintf("CREATE COLLATION %s (%s)", row[0], row[1]));
}

// CREATE TYPE or DOMAIN; nullptr for kinds that cannot be written down; "" for those that come with
// another type.
const char* TypeDefinition(Oid type, char kind) {
    const char* name = format_type_be_qualified(type);
    switch (kind) {
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

void NeedType(Collector* collector, Oid type) {
    if (OidIsValid(get_element_type(type))) return;
    const char kind = get_typtype(type);
    const char* name = format_type_be_qualified(type);
    const char* create = TypeDefinition(type, kind);
    if (create && create[0] == '\0') return;
    const Oid owner = static_cast<Oid>(
        strtoul(CatalogText("SELECT typowner FROM pg_type WHERE oid = %u", type), nullptr, 10));
    NeedRole(collector, owner);
    Emit(collector, psprintf("pg_catalog.to_regtype(%s) IS NOT NULL", quote_literal_cstr(name)),
         create ? psprintf("%s; ALTER TYPE %s OWNER TO %s", create, name,
                           quote_identifier(GetUserNameFromId(owner, false)))
                : psprintf("SELECT pgspan.missing_object('type', %s)", quote_literal_cstr(name)));
}

void FollowDependencies(Collector* collector, Oid class_id, Oid object_id) {
    List* rows = CatalogRows(
        "SELECT DISTINCT refclassid, refobjid FROM pg_depend WHERE classid = %u AND objid = %u"
        " AND deptype IN ('n', 'a', 'i') AND NOT (refclassid = classid AND refobjid = objid) ORDER "
        "BY 1, 2",
        class_id, object_id);
    for (const auto* row : pg::Each<CatalogRow>(rows))
        Visit(collector, static_cast<Oid>(strtoul(row[0], nullptr, 10)),
              static_cast<Oid>(strtoul(row[1], nullptr, 10)));
}

void Visit(Collector* collector, Oid class_id, Oid object_id) {
    check_stack_depth();
    const ObjectAddress address = {class_id, object_id, 0};
    if (object_address_present(&address, collector->visited)) return;
    add_exact_object_address(&address, collector->visited);
    if (class_id == ExtensionRelationId) return NeedExtension(collector, object_id);
    const Oid extension = getExtensionOfObject(class_id, object_id);
    if (OidIsValid(extension)) return Visit(collector, ExtensionRelationId, extension);
    if (class_id == RelationRelationId) {
        // A composite type depends on its columns through its relation; other tables are not ours
        // to make.
        const char kind = get_rel_relkind(object_id);
        if (kind == RELKIND_COMPOSITE_TYPE || kind == RELKIND_SEQUENCE)
            FollowDependencies(collector, class_id, object_id);
        return;
    }
    if (class_id == TypeRelationId && get_typtype(object_id) == TYPTYPE_DOMAIN) {
        // The functions of a domain's checks hang on the constraints, not on the type.
        List* rows = CatalogRows("SELECT oid FROM pg_constraint WHERE contypid = %u", object_id);
        for (const auto* row : pg::Each<CatalogRow>(rows))
            FollowDependencies(collector, ConstraintRelationId,
                               static_cast<Oid>(strtoul(row[0], nullptr, 10)));
    }
    FollowDependencies(collector, class_id, object_id);
    if (class_id == NamespaceRelationId) return NeedSchema(collector, object_id);
    if (class_id == ProcedureRelationId) return NeedFunction(collector, object_id);
    if (class_id == TypeRelationId) return NeedType(collector, object_id);
    if (class_id == CollationRelationId) return NeedCollation(collector, object_id);
}

}  // namespace

List* RequiredObjects(Oid relation) {
    const int settings = EnterCanonicalSettings();
    Collector collector = {new_object_addresses(), NIL, NIL, NIL};
    NeedRoles(
        &collector,
        CatalogRows(
            "SELECT relowner FROM pg_class WHERE oid = %u UNION SELECT grantee FROM pg_class,"
            " aclexplode(relacl) WHERE pg_class.oid = %u UNION SELECT grantee FROM pg_attribute,"
            " aclexplode(attacl) WHERE attrelid = %u",
            relation, relation, relation));
    const ObjectAddress self = {RelationRelationId, relation, 0};
    add_exact_object_address(&self, collector.visited);
    FollowDependencies(&collector, RelationRelationId, relation);
    List* rows = CatalogRows(
        "SELECT 'pg_attrdef'::regclass::oid, oid FROM pg_attrdef WHERE adrelid = %u UNION ALL"
        " SELECT 'pg_constraint'::regclass::oid, oid FROM pg_constraint WHERE conrelid = %u UNION "
        "ALL"
        " SELECT 'pg_class'::regclass::oid, indexrelid FROM pg_index WHERE indrelid = %u UNION ALL"
        " SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND "
        "refobjid = %u"
        "   AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i')",
        relation, relation, relation, relation);
    for (const auto* row : pg::Each<CatalogRow>(rows))
        FollowDependencies(&collector, static_cast<Oid>(strtoul(row[0], nullptr, 10)),
                           static_cast<Oid>(strtoul(row[1], nullptr, 10)));
    LeaveCanonicalSettings(settings);
    free_object_addresses(collector.visited);
    return list_concat(collector.role_definitions, collector.definitions);
}

}  // namespace pgspan::ddl
