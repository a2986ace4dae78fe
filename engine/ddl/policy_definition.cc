#include "engine/ddl/definition_parts.h"

namespace pgspan::ddl {

namespace {

enum Column {
    kName,
    kKind,
    kCommand,
    kRoles,
    kUsing,
    kWithCheck,
    kTable,
    kLiterals,
    kIsOfCoordinator
};

// A condition over tables that are on the coordinator alone raises an error elsewhere, where it
// matters: PostgreSQL asks no condition whose answer changes nothing.
const char* Condition(const CatalogRow* row, Column column) {
    return IsTrue(row[kIsOfCoordinator])
               ? psprintf("pgspan.policy_of_coordinator(%s)", row[kLiterals])
               : row[column];
}

List* Definitions(List* rows) {
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows)) {
        StringInfoData sql;
        initStringInfo(&sql);
        appendStringInfo(
            &sql, "DROP POLICY IF EXISTS %s ON %s; CREATE POLICY %s ON %s AS %s FOR %s TO %s",
            row[kName], row[kTable], row[kName], row[kTable], row[kKind], row[kCommand],
            row[kRoles]);
        if (row[kUsing]) appendStringInfo(&sql, " USING (%s)", Condition(row, kUsing));
        if (row[kWithCheck]) appendStringInfo(&sql, " WITH CHECK (%s)", Condition(row, kWithCheck));
        definitions = AddDefinition(definitions, nullptr, sql.data);
    }
    return definitions;
}

List* PoliciesWhere(const char* condition) {
    const int settings = EnterCanonicalSettings();
    List* definitions = Definitions(CatalogRows(
        "SELECT quote_ident(p.polname), CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE "
        "'RESTRICTIVE' END,"
        " CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'"
        "   WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,"
        " (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, "
        "', ')"
        "   FROM unnest(p.polroles) r),"
        " pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),"
        " quote_ident(n.nspname) || '.' || quote_ident(c.relname),"
        " quote_literal(c.relname) || ', ' || quote_literal(p.polname),"
        " EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = "
        "p.oid"
        "   AND d.refclassid = 'pg_class'::regclass AND d.refobjid >= %d AND d.refobjid <> "
        "p.polrelid"
        "   AND NOT EXISTS (SELECT FROM pgspan.distributed_table t WHERE t.relation = d.refobjid))"
        " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = "
        "c.relnamespace"
        " WHERE %s ORDER BY c.relname, p.polname",
        static_cast<int>(FirstNormalObjectId), condition));
    LeaveCanonicalSettings(settings);
    return definitions;
}

}  // namespace

List* PolicyDefinition(Oid relation, const char* policy) {
    return PoliciesWhere(
        psprintf("p.polrelid = %u AND p.polname = %s", relation, quote_literal_cstr(policy)));
}

List* RowSecurityDefinitions(Oid relation) {
    List* definitions = NIL;
    if (IsTrue(CatalogText("SELECT relforcerowsecurity FROM pg_class WHERE oid = %u", relation)))
        definitions = AddDefinition(
            NIL, nullptr,
            psprintf("ALTER TABLE %s FORCE ROW LEVEL SECURITY", QualifiedName(relation)));
    return list_concat(definitions, PoliciesWhere(psprintf("p.polrelid = %u", relation)));
}

List* PoliciesThatRead(Oid relation) {
    return PoliciesWhere(
        psprintf("p.polrelid <> %u AND EXISTS (SELECT FROM pgspan.distributed_table t WHERE "
                 "t.relation = p.polrelid) AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = "
                 "'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = "
                 "'pg_class'::regclass AND d.refobjid = %u)",
                 relation, relation));
}

List* EnableRowSecurity(Oid relation, const char* target) {
    if (!IsTrue(CatalogText("SELECT relrowsecurity FROM pg_class WHERE oid = %u", relation)))
        return NIL;
    return AddDefinition(NIL, nullptr,
                         psprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", target));
}

}  // namespace pgspan::ddl

// pgspan.policy_of_coordinator(relation, policy)
PGSPAN_FUNCTION(pgspan_policy_of_coordinator) {
    const char* relation = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* policy = PG_ARGISNULL(1) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(1));
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("policy \"%s\" of table \"%s\" reads tables that only the coordinator has",
                   policy, relation),
            errhint("Query the table on the coordinator."));
    PG_RETURN_NULL();
}
