// Roles are the same on every node: statements of the coordinator that make, change and drop them
// are carried to the others, in the same transaction. What they say is read from the catalogs
// afterwards, so that each node stores the same password verifiers. Settings of roles are not
// carried: sessions send theirs along.
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/role_definition.h"
#include "engine/ddl/table_definition.h"
#include "engine/pg/list.h"

extern "C" {
#include "utils/acl.h"
}

namespace pgspan::ddl {

namespace {

// definitions: under canonical settings.
template <typename Definitions>
void Send(Definitions&& make) {
    CommandCounterIncrement();
    const int settings = EnterCanonicalSettings();
    List* definitions = make();
    LeaveCanonicalSettings(settings);
    if (definitions != NIL) Broadcast(RemoteDefinitions(definitions));
}

List* OptionsFor(const List* options) {
    List* kept = NIL;
    for (auto* option : pg::Each<DefElem>(options))
        if (strcmp(option->defname, "rolemembers") != 0) kept = lappend(kept, option);
    return kept;
}

List* StateOfMembers(Oid group, const List* options) {
    List* definitions = NIL;
    for (const auto* option : pg::Each<DefElem>(options)) {
        if (strcmp(option->defname, "rolemembers") != 0) continue;
        for (const auto* member : pg::Each<RoleSpec>(castNode(List, option->arg)))
            definitions =
                list_concat(definitions, MembershipState(group, get_rolespec_oid(member, false)));
    }
    return definitions;
}

// A role that something on the node still needs stays there, without any right to log in.
char* DropElsewhere(const char* role) {
    const char* name = quote_identifier(role);
    const char* body = psprintf(
        "BEGIN DROP ROLE IF EXISTS %s; EXCEPTION WHEN dependent_objects_still_exist THEN ALTER "
        "ROLE %s NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD "
        "NULL; END",
        name, name);
    return psprintf("DO %s", quote_literal_cstr(body));
}

}  // namespace

void HandleCreateRole(const Statement& statement) {
    RunStandard(statement);
    if (!IsCarried()) return;
    const auto* stmt = statement.Tree<CreateRoleStmt>();
    Send([&] {
        const Oid role = get_role_oid(stmt->role, false);
        List* definitions = MissingRole(role);
        // One of that name that was left there, or made by hand.
        definitions = list_concat(definitions, ChangedRole(role, OptionsFor(stmt->options)));
        return list_concat(definitions, MembershipsOf(role));
    });
}

void HandleAlterRole(const Statement& statement) {
    const auto* stmt = statement.Tree<AlterRoleStmt>();
    RunStandard(statement);
    if (!IsCarried()) return;
    Send([&] {
        const Oid role = get_rolespec_oid(stmt->role, false);
        List* definitions = MissingRole(role);
        definitions = list_concat(definitions, ChangedRole(role, OptionsFor(stmt->options)));
        return list_concat(definitions, StateOfMembers(role, stmt->options));
    });
}

void HandleGrantRole(const Statement& statement) {
    const auto* stmt = statement.Tree<GrantRoleStmt>();
    RunStandard(statement);
    if (!IsCarried()) return;
    Send([&] {
        List* definitions = NIL;
        for (const auto* granted : pg::Each<AccessPriv>(stmt->granted_roles)) {
            const Oid group = get_role_oid(granted->priv_name, false);
            definitions = list_concat(definitions, MissingRole(group));
            for (const auto* grantee : pg::Each<RoleSpec>(stmt->grantee_roles)) {
                const Oid member = get_rolespec_oid(grantee, false);
                definitions = list_concat(definitions, MissingRole(member));
                definitions = list_concat(definitions, MembershipState(group, member));
            }
        }
        return definitions;
    });
}

void HandleDropRole(const Statement& statement) {
    List* names = NIL;
    for (const auto* role : pg::Each<RoleSpec>(statement.Tree<DropRoleStmt>()->roles))
        if (role->roletype == ROLESPEC_CSTRING && OidIsValid(get_role_oid(role->rolename, true)))
            names = lappend(names, role->rolename);
    RunStandard(statement);
    if (!IsCarried()) return;
    for (const auto* name : pg::Each<char>(names)) Broadcast(DropElsewhere(name));
}

void RenameRole(const Statement& statement, const char* old_name) {
    const Oid role = get_role_oid(old_name, true);
    RunStandard(statement);
    if (!IsCarried()) return;
    Send([&] {
        const char* new_name = GetUserNameFromId(role, false);
        List* definitions = AddDefinition(
            NIL,
            psprintf("NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %s)",
                     quote_literal_cstr(old_name)),
            psprintf("ALTER ROLE %s RENAME TO %s", quote_identifier(old_name),
                     quote_identifier(new_name)));
        return list_concat(definitions, MissingRole(role));
    });
}

}  // namespace pgspan::ddl
