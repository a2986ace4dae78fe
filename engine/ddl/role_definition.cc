// Roles as SQL. Passwords travel as the verifiers that the catalog holds.
#include "engine/ddl/role_definition.h"

#include "engine/ddl/definition_parts.h"

extern "C" {
#include "utils/acl.h"
}

namespace pgspan::ddl {

namespace {

// What an option of CREATE and ALTER ROLE, by the parser's name for it, says of a role now.
struct Attribute {
    const char* option;
    const char* clause;
};

constexpr Attribute kAttributes[] = {
    {"superuser", "CASE WHEN rolsuper THEN ' SUPERUSER' ELSE ' NOSUPERUSER' END"},
    {"inherit", "CASE WHEN rolinherit THEN ' INHERIT' ELSE ' NOINHERIT' END"},
    {"createrole", "CASE WHEN rolcreaterole THEN ' CREATEROLE' ELSE ' NOCREATEROLE' END"},
    {"createdb", "CASE WHEN rolcreatedb THEN ' CREATEDB' ELSE ' NOCREATEDB' END"},
    {"canlogin", "CASE WHEN rolcanlogin THEN ' LOGIN' ELSE ' NOLOGIN' END"},
    {"isreplication", "CASE WHEN rolreplication THEN ' REPLICATION' ELSE ' NOREPLICATION' END"},
    {"bypassrls", "CASE WHEN rolbypassrls THEN ' BYPASSRLS' ELSE ' NOBYPASSRLS' END"},
    {"connectionlimit", "' CONNECTION LIMIT ' || rolconnlimit"},
    {"password", "' PASSWORD ' || coalesce(quote_literal(rolpassword), 'NULL')"},
    {"validUntil", "' VALID UNTIL ' || quote_literal(coalesce(rolvaliduntil::text, 'infinity'))"},
};

bool HasOption(const List* options, const char* name) {
    for (const auto* option : pg::Each<DefElem>(options))
        if (strcmp(option->defname, name) == 0) return true;
    return false;
}

// Of all attributes, or of those that options name; nullptr for roles that PostgreSQL brings.
char* Attributes(Oid role, const List* options) {
    StringInfoData clauses;
    initStringInfo(&clauses);
    for (const Attribute& attribute : kAttributes)
        if (options == NIL || HasOption(options, attribute.option))
            appendStringInfo(&clauses, "%s%s", clauses.len > 0 ? " || " : "", attribute.clause);
    if (clauses.len == 0) return nullptr;
    return CatalogText("SELECT %s FROM pg_authid WHERE oid = %u AND rolname !~ '^pg_'",
                       clauses.data, role);
}

const char* NameOf(Oid role) {
    return GetUserNameFromId(role, false);
}

char* IsThere(Oid role) {
    return psprintf("EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %s)",
                    quote_literal_cstr(NameOf(role)));
}

Oid ParseOid(const char* text) {
    return static_cast<Oid>(strtoul(text, nullptr, 10));
}

// What the row of pg_auth_members says beyond membership itself; later versions know more.
constexpr const char* kMembershipOptions =
    "CASE WHEN j->>'inherit_option' IS NOT NULL THEN ' WITH ADMIN ' || (j->>'admin_option')"
    " || ', INHERIT ' || (j->>'inherit_option') || ', SET ' || (j->>'set_option')"
    " WHEN (j->>'admin_option')::boolean THEN ' WITH ADMIN OPTION' ELSE '' END";

// members: SQL for a condition on m, a row of pg_auth_members.
List* Memberships(List* definitions, const char* members) {
    List* rows = CatalogRows(
        "SELECT quote_ident(g.rolname), quote_ident(u.rolname), quote_literal(g.rolname),"
        " quote_literal(u.rolname), %s FROM (SELECT m.roleid, m.member, to_jsonb(m) AS j"
        " FROM pg_auth_members m WHERE %s) k JOIN pg_authid g ON g.oid = k.roleid"
        " JOIN pg_authid u ON u.oid = k.member ORDER BY 1, 2",
        kMembershipOptions, members);
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions = AddDefinition(
            definitions,
            psprintf("NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %s) OR NOT EXISTS"
                     " (SELECT FROM pg_catalog.pg_roles WHERE rolname = %s) OR EXISTS (SELECT"
                     " FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid ="
                     " m.roleid JOIN pg_catalog.pg_roles u ON u.oid = m.member WHERE g.rolname = %s"
                     " AND u.rolname = %s AND %s)",
                     row[2], row[3], row[2], row[3], row[4][0] == '\0' ? "true" : "false"),
            psprintf("GRANT %s TO %s%s", row[0], row[1], row[4]));
    return definitions;
}

}  // namespace

List* MissingRole(Oid role) {
    const char* attributes = Attributes(role, NIL);
    if (!attributes) return NIL;
    return AddDefinition(NIL, IsThere(role),
                         psprintf("CREATE ROLE %s%s", quote_identifier(NameOf(role)), attributes));
}

List* ChangedRole(Oid role, const List* options) {
    const char* attributes = options == NIL ? nullptr : Attributes(role, options);
    if (!attributes) return NIL;
    return AddDefinition(NIL, nullptr,
                         psprintf("ALTER ROLE %s%s", quote_identifier(NameOf(role)), attributes));
}

List* MembershipsOf(Oid role) {
    return Memberships(NIL, psprintf("m.member = %u OR m.roleid = %u", role, role));
}

List* MembershipState(Oid group, Oid member) {
    List* definitions =
        Memberships(NIL, psprintf("m.member = %u AND m.roleid = %u", member, group));
    const char* group_name = quote_identifier(NameOf(group));
    const char* member_name = quote_identifier(NameOf(member));
    if (definitions == NIL)
        return AddDefinition(NIL, nullptr, psprintf("REVOKE %s FROM %s", group_name, member_name));
    if (CatalogText("SELECT 1 FROM pg_auth_members WHERE roleid = %u AND member = %u AND "
                    "admin_option",
                    group, member))
        return definitions;
    return AddDefinition(definitions, nullptr,
                         psprintf("REVOKE ADMIN OPTION FOR %s FROM %s", group_name, member_name));
}

List* AllRoles() {
    const int settings = EnterCanonicalSettings();
    List* definitions = NIL;
    List* rows =
        CatalogRows("SELECT oid FROM pg_authid WHERE oid >= %u ORDER BY oid", FirstNormalObjectId);
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions = list_concat(definitions, MissingRole(ParseOid(row[0])));
    definitions = Memberships(definitions, "true");
    LeaveCanonicalSettings(settings);
    return definitions;
}

}  // namespace pgspan::ddl
