// What a table needs before it can exist on another node, found by following pg_depend from the
// table, its defaults, constraints and indexes. Dependencies on built-in objects are not recorded
// there, so all that is found was made by somebody. Objects without a definition here (text search
// parsers and templates, conversions) are left to the statement that uses them, which fails with
// PostgreSQL's own message if they are missing.
//
// Casts and default operator classes are named by nothing, and decide all the same what expressions
// and comparisons of a type mean: they are wherever their types are (companions of types).
#include "engine/ddl/definition_parts.h"
#include "engine/ddl/partition_check.h"
#include "engine/ddl/role_definition.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/type_use.h"

extern "C" {
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/pg_am.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "commands/extension.h"
#include "utils/acl.h"
}

namespace pgspan::ddl {

namespace {

struct Collector {
    ObjectAddresses* visited;
    List* roles;  // OIDs
    List* role_definitions;
    List* schema_definitions;
    List* definitions;
};

void Visit(Collector* collector, Oid class_id, Oid object_id);
void FollowDependencies(Collector* collector, Oid class_id, Oid object_id);

void Emit(Collector* collector, const char* unless, const char* sql) {
    collector->definitions = AddDefinition(collector->definitions, unless, sql);
}

void NeedRole(Collector* collector, Oid role) {
    if (!OidIsValid(role) || list_member_oid(collector->roles, role)) return;
    collector->roles = lappend_oid(collector->roles, role);
    collector->role_definitions = list_concat(collector->role_definitions, MissingRole(role));
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
    collector->schema_definitions = AddDefinition(
        collector->schema_definitions,
        psprintf("EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = %s)", row[0]),
        psprintf("CREATE SCHEMA %s AUTHORIZATION %s", row[1], row[2]));
    collector->schema_definitions =
        list_concat(collector->schema_definitions, SchemaGrants(schema));
}

// In the schema and the version that it has here.
void NeedExtension(Collector* collector, Oid extension) {
    List* rows = CatalogRows(
        "SELECT quote_literal(e.extname), quote_ident(e.extname), quote_literal(e.extversion),"
        " quote_ident(n.nspname), CASE WHEN e.extrelocatable THEN quote_literal(n.nspname) END"
        " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.oid = %u AND "
        "e.extname <> 'pgspan'",
        extension);
    if (rows == NIL) return;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    FollowDependencies(collector, ExtensionRelationId, extension);
    const char* exists =
        psprintf("EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = %s", row[0]);
    Emit(collector, psprintf("%s)", exists),
         psprintf("CREATE EXTENSION %s SCHEMA %s VERSION %s CASCADE", row[1], row[3], row[2]));
    if (row[4])
        Emit(collector,
             psprintf("%s AND extnamespace::pg_catalog.regnamespace = "
                      "pg_catalog.quote_ident(%s)::pg_catalog.regnamespace)",
                      exists, row[4]),
             psprintf("ALTER EXTENSION %s SET SCHEMA %s", row[1], row[3]));
    Emit(collector, psprintf("%s AND extversion = %s)", exists, row[2]),
         psprintf("ALTER EXTENSION %s UPDATE TO %s", row[1], row[2]));
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
    const char* found = psprintf("pg_catalog.to_regprocedure(%s)", row[0]);
    if (row[2])
        Emit(collector,
             psprintf("pg_catalog.pg_get_functiondef(%s) = %s", found, quote_literal_cstr(row[2])),
             psprintf("%s; ALTER ROUTINE %s OWNER TO %s", row[2], row[1], row[3]));
    else
        Emit(collector, psprintf("%s IS NOT NULL", found),
             psprintf("SELECT pgspan.missing_object('aggregate', %s)", row[0]));
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

void NeedAccessMethod(Collector* collector, Oid method) {
    List* rows = CatalogRows(
        "SELECT quote_literal(amname), quote_literal(amhandler::regproc::text), quote_ident(amname)"
        " || CASE amtype WHEN 't' THEN ' TYPE TABLE' ELSE ' TYPE INDEX' END || ' HANDLER '"
        " || amhandler::regproc::text FROM pg_am WHERE oid = %u",
        method);
    if (rows == NIL) return;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    Emit(collector,
         psprintf("EXISTS (SELECT FROM pg_catalog.pg_am WHERE amname = %s AND"
                  " amhandler::pg_catalog.regproc::pg_catalog.text = %s)",
                  row[0], row[1]),
         psprintf("CREATE ACCESS METHOD %s", row[2]));
}

void NeedType(Collector* collector, Oid type) {
    if (OidIsValid(get_element_type(type))) return;
    const char* name = format_type_be_qualified(type);
    const char* create = TypeDefinition(type);
    if (create && create[0] == '\0') return;
    const Oid owner = static_cast<Oid>(
        strtoul(CatalogText("SELECT typowner FROM pg_type WHERE oid = %u", type), nullptr, 10));
    NeedRole(collector, owner);
    const char* found = psprintf("pg_catalog.to_regtype(%s)", quote_literal_cstr(name));
    if (!create) {
        Emit(collector, psprintf("%s IS NOT NULL", found),
             psprintf("SELECT pgspan.missing_object('type', %s)", quote_literal_cstr(name)));
        return;
    }
    // One of the same name that was left by a table that is gone has to give way.
    Emit(collector, psprintf("pgspan.type_definition(%s) = %s", found, quote_literal_cstr(create)),
         psprintf("DROP TYPE IF EXISTS %s; %s; ALTER TYPE %s OWNER TO %s", name, create, name,
                  quote_identifier(GetUserNameFromId(owner, false))));
}

// The operators and functions of a class hang on rows that hang on it.
void FollowMembers(Collector* collector, Oid opclass) {
    List* rows = CatalogRows(
        "SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_opclass'::regclass AND"
        " refobjid = %u AND classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) ORDER BY 1, 2",
        opclass);
    for (const auto* row : pg::Each<CatalogRow>(rows))
        FollowDependencies(collector, static_cast<Oid>(strtoul(row[0], nullptr, 10)),
                           static_cast<Oid>(strtoul(row[1], nullptr, 10)));
}

// What has a definition of its own and nothing else to it.
List* PlainDefinition(Oid class_id, Oid object_id) {
    switch (class_id) {
    case CastRelationId:
        return CastDefinition(object_id);
    case OperatorRelationId:
        return OperatorDefinition(object_id);
    case OperatorFamilyRelationId:
        return OperatorFamilyDefinition(object_id);
    case OperatorClassRelationId:
        return OperatorClassDefinition(object_id);
    case TSDictionaryRelationId:
        return TextSearchDictionaryDefinition(object_id);
    case TSConfigRelationId:
        return TextSearchConfigurationDefinition(object_id);
    default:
        return NIL;
    }
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
    // The columns of a composite type hang on its relation, which hangs on the type.
    if (class_id == TypeRelationId && get_typtype(object_id) == TYPTYPE_COMPOSITE)
        FollowDependencies(collector, RelationRelationId, get_typ_typrelid(object_id));
    if (class_id == OperatorClassRelationId) FollowMembers(collector, object_id);
    FollowDependencies(collector, class_id, object_id);
    if (class_id == NamespaceRelationId) return NeedSchema(collector, object_id);
    if (class_id == ProcedureRelationId) return NeedFunction(collector, object_id);
    if (class_id == TypeRelationId) return NeedType(collector, object_id);
    if (class_id == CollationRelationId) return NeedCollation(collector, object_id);
    if (class_id == AccessMethodRelationId) return NeedAccessMethod(collector, object_id);
    collector->definitions =
        list_concat(collector->definitions, PlainDefinition(class_id, object_id));
}

void FollowTable(Collector* collector, Oid relation) {
    NeedRoles(
        collector,
        CatalogRows(
            "SELECT relowner FROM pg_class WHERE oid = %u UNION SELECT grantee FROM pg_class,"
            " aclexplode(relacl) WHERE pg_class.oid = %u UNION SELECT grantee FROM pg_attribute,"
            " aclexplode(attacl) WHERE attrelid = %u UNION SELECT unnest(polroles) FROM pg_policy "
            "WHERE polrelid = %u",
            relation, relation, relation, relation));
    const ObjectAddress self = {RelationRelationId, relation, 0};
    add_exact_object_address(&self, collector->visited);
    FollowDependencies(collector, RelationRelationId, relation);
    List* rows = CatalogRows(
        "SELECT 'pg_attrdef'::regclass::oid, oid FROM pg_attrdef WHERE adrelid = %u UNION ALL"
        " SELECT 'pg_constraint'::regclass::oid, oid FROM pg_constraint WHERE conrelid = %u UNION "
        "ALL"
        " SELECT 'pg_class'::regclass::oid, indexrelid FROM pg_index WHERE indrelid = %u UNION ALL"
        " SELECT 'pg_policy'::regclass::oid, oid FROM pg_policy WHERE polrelid = %u UNION ALL"
        " SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_class'::regclass AND "
        "refobjid = %u"
        "   AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i')",
        relation, relation, relation, relation, relation);
    for (const auto* row : pg::Each<CatalogRow>(rows))
        FollowDependencies(collector, static_cast<Oid>(strtoul(row[0], nullptr, 10)),
                           static_cast<Oid>(strtoul(row[1], nullptr, 10)));
    for (const Oid function : pg::EachOid(FunctionsOfPartitionConstraint(relation)))
        if (function >= FirstNormalObjectId) Visit(collector, ProcedureRelationId, function);
}

// Whether every node has the type, or is to have it by what has been collected.
bool IsEverywhere(const Collector& collector, Oid type) {
    if (const Oid element = get_element_type(type); OidIsValid(element)) type = element;
    const ObjectAddress address = {TypeRelationId, type, 0};
    return type < FirstNormalObjectId || object_address_present(&address, collector.visited) ||
           OidIsValid(getExtensionOfObject(TypeRelationId, type)) || metadata::TypeIsUsed(type);
}

// The casts and default operator classes of types that every node has. (The cast of a range to its
// multirange comes with them.)
void FollowCompanions(Collector* collector) {
    List* rows = CatalogRows(
        "SELECT 'pg_cast'::regclass::oid, oid, castsource, casttarget FROM pg_cast c WHERE oid >= "
        "%u"
        " AND NOT EXISTS (SELECT FROM pg_range WHERE rngtypid = castsource AND rngmultitypid = "
        "casttarget)"
        " UNION ALL SELECT 'pg_opclass'::regclass::oid, oid, opcintype, opcintype FROM pg_opclass"
        " WHERE oid >= %u AND opcdefault ORDER BY 2",
        FirstNormalObjectId, FirstNormalObjectId);
    for (const auto* row : pg::Each<CatalogRow>(rows)) {
        const auto oid = [&](int column) {
            return static_cast<Oid>(strtoul(row[column], nullptr, 10));
        };
        if (!OidIsValid(getExtensionOfObject(oid(0), oid(1))) && IsEverywhere(*collector, oid(2)) &&
            IsEverywhere(*collector, oid(3)))
            Visit(collector, oid(0), oid(1));
    }
}

void FollowAllTables(Collector* collector) {
    for (const Oid relation : pg::EachOid(metadata::AllTables()))
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)))
            FollowTable(collector, relation);
}

template <typename Body>
Collector Collect(Body&& body) {
    const int settings = EnterCanonicalSettings();
    Collector collector = {new_object_addresses(), NIL, NIL, NIL, NIL};
    body(&collector);
    LeaveCanonicalSettings(settings);
    free_object_addresses(collector.visited);
    return collector;
}

List* SchemasIn(const Collector& collector) {
    return list_concat(collector.role_definitions, collector.schema_definitions);
}

// What body finds, as definitions in order of dependency.
template <typename Body>
List* Collected(Body&& body) {
    const Collector collector = Collect(body);
    return list_concat(SchemasIn(collector), collector.definitions);
}

}  // namespace

List* RequiredObjects(Oid relation) {
    return Collected([&](Collector* collector) {
        FollowTable(collector, relation);
        FollowCompanions(collector);
    });
}

List* CompanionsOfTypes() {
    return Collected([](Collector* collector) {
        FollowAllTables(collector);
        const int count = list_length(collector->definitions);
        FollowCompanions(collector);
        collector->definitions = list_copy_tail(collector->definitions, count);
    });
}

List* RequiredSchemas(Oid relation) {
    return SchemasIn(Collect([&](Collector* collector) { FollowTable(collector, relation); }));
}

List* RequirementsOf(Oid class_id, Oid object_id) {
    return Collected([&](Collector* collector) {
        const ObjectAddress self = {class_id, object_id, 0};
        add_exact_object_address(&self, collector->visited);
        FollowDependencies(collector, class_id, object_id);
    });
}

List* FunctionDefinition(Oid function) {
    return Collected(
        [&](Collector* collector) { Visit(collector, ProcedureRelationId, function); });
}

List* ExtensionDefinition(Oid extension) {
    return Collected(
        [&](Collector* collector) { Visit(collector, ExtensionRelationId, extension); });
}

List* AllExtensions() {
    return Collected([](Collector* collector) {
        for (const auto* row :
             pg::Each<CatalogRow>(CatalogRows("SELECT oid FROM pg_extension ORDER BY oid")))
            Visit(collector, ExtensionRelationId, static_cast<Oid>(strtoul(row[0], nullptr, 10)));
    });
}

bool IsRequired(Oid class_id, Oid object_id) {
    bool required = false;
    const ObjectAddress wanted = {class_id, object_id, 0};
    (void)Collected([&](Collector* collector) {
        FollowAllTables(collector);
        FollowCompanions(collector);
        required = object_address_present(&wanted, collector->visited);
    });
    return required;
}

}  // namespace pgspan::ddl
