#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/tables_in.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"

namespace pgspan::ddl {

namespace {

List* TablesOf(const GrantStmt& stmt) {
    if (stmt.objtype != OBJECT_TABLE) return NIL;
    if (stmt.targtype == ACL_TARGET_OBJECT)
        return TablesNamed(stmt.objects, stmt.is_grant ? "GRANT" : "REVOKE");
    List* tables = NIL;
    if (stmt.targtype != ACL_TARGET_ALL_IN_SCHEMA) return tables;
    for (const auto* name : pg::Each<String>(stmt.objects)) {
        const Oid schema = get_namespace_oid(name->sval, true);
        if (OidIsValid(schema)) tables = list_concat(tables, TablesInSchema(schema));
    }
    if (tables != NIL) RequireOrigin(stmt.is_grant ? "GRANT" : "REVOKE");
    return tables;
}

const char* RoleName(const RoleSpec& role) {
    switch (role.roletype) {
    case ROLESPEC_PUBLIC:
        return "PUBLIC";
    case ROLESPEC_CSTRING:
        return quote_identifier(role.rolename);
    case ROLESPEC_SESSION_USER:
        return quote_identifier(GetUserNameFromId(GetSessionUserId(), false));
    default:
        return quote_identifier(GetUserNameFromId(GetUserId(), false));
    }
}

void AppendPrivileges(StringInfo sql, const List* privileges) {
    if (privileges == NIL) appendStringInfoString(sql, "ALL PRIVILEGES");
    bool first = true;
    for (const auto* privilege : pg::Each<AccessPriv>(privileges)) {
        appendStringInfo(sql, "%s%s", first ? "" : ", ",
                         privilege->priv_name ? privilege->priv_name : "ALL");
        first = false;
        if (privilege->cols == NIL) continue;
        bool first_column = true;
        for (const auto* column : pg::Each<String>(privilege->cols)) {
            appendStringInfo(sql, "%s%s", first_column ? " (" : ", ",
                             quote_identifier(column->sval));
            first_column = false;
        }
        appendStringInfoChar(sql, ')');
    }
}

// The statement for other nodes, of which the user's may name tables that are not there.
char* GrantElsewhere(const GrantStmt& stmt, const List* tables) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, stmt.is_grant ? "GRANT " : "REVOKE ");
    if (!stmt.is_grant && stmt.grant_option) appendStringInfoString(&sql, "GRANT OPTION FOR ");
    AppendPrivileges(&sql, stmt.privileges);
    appendStringInfo(&sql, " ON TABLE %s %s ", QualifiedNames(tables),
                     stmt.is_grant ? "TO" : "FROM");
    bool first = true;
    for (const auto* role : pg::Each<RoleSpec>(stmt.grantees)) {
        appendStringInfo(&sql, "%s%s", first ? "" : ", ", RoleName(*role));
        first = false;
    }
    if (stmt.is_grant && stmt.grant_option) appendStringInfoString(&sql, " WITH GRANT OPTION");
    if (stmt.grantor) appendStringInfo(&sql, " GRANTED BY %s", RoleName(*stmt.grantor));
    if (!stmt.is_grant && stmt.behavior == DROP_CASCADE) appendStringInfoString(&sql, " CASCADE");
    return sql.data;
}

// What users may do in a schema that holds distributed tables, they may do on every node. Grants on
// a schema that does not yet follow its first table.
void GrantOnSchema(const Statement& statement, const GrantStmt& stmt) {
    Oid example = InvalidOid;
    for (const auto* name : pg::Each<String>(stmt.objects)) {
        const Oid schema = get_namespace_oid(name->sval, true);
        List* tables = OidIsValid(schema) ? TablesInSchema(schema) : NIL;
        if (tables == NIL || !IsOrigin() || !metadata::IsCoordinator()) {
            RunStandard(statement);
            return;
        }
        example = linitial_oid(tables);
    }
    RunStandard(statement);
    BroadcastRequirements(example);
    Broadcast(statement.Text());
}

void GrantOnTables(const Statement& statement, const GrantStmt& stmt) {
    const List* tables = TablesOf(stmt);
    RunStandard(statement);
    if (tables == NIL) return;
    List* parts = PartsOf(tables, Parts::kContainersAndShards);
    if (parts != NIL) {
        auto* copy = CopyOf<GrantStmt>(&stmt);
        copy->targtype = ACL_TARGET_OBJECT;
        copy->objects = parts;
        RunUtility(reinterpret_cast<Node*>(copy), nullptr);
    }
    if (!IsOrigin()) return;
    for (const Oid table : pg::EachOid(tables)) BroadcastRequirements(table);
    Broadcast(GrantElsewhere(stmt, tables));
}

}  // namespace

void HandleGrant(const Statement& statement) {
    const auto* stmt = statement.Tree<GrantStmt>();
    if (stmt->objtype == OBJECT_SCHEMA && stmt->targtype == ACL_TARGET_OBJECT)
        GrantOnSchema(statement, *stmt);
    else
        GrantOnTables(statement, *stmt);
}

}  // namespace pgspan::ddl
