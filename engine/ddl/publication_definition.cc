#include "engine/ddl/definition_parts.h"
#include "engine/ddl/publication.h"

#include "engine/connection/connection.h"
#include "engine/replication/output_plugin.h"

namespace pgspan::ddl {

namespace {

const char* Options(const CatalogRow* row) {
    StringInfoData actions;
    initStringInfo(&actions);
    constexpr const char* kActions[] = {"insert", "update", "delete", "truncate"};
    for (int i = 0; i < 4; i++)
        if (IsTrue(row[i + 3]))
            appendStringInfo(&actions, "%s%s", actions.len > 0 ? ", " : "", kActions[i]);
    return psprintf("publish = '%s', publish_via_partition_root = %s%s", actions.data,
                    IsTrue(row[7]) ? "true" : "false",
                    row[8] && row[8][0] == 's' ? ", publish_generated_columns = stored" : "");
}

// Distributed and reference tables; other nodes do not have the others.
List* AddTables(List* definitions, Oid publication, const char* name) {
    const char* columns =
        "(SELECT pg_catalog.string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM"
        " pg_catalog.pg_attribute WHERE attrelid = prrelid AND attnum = ANY"
        " (prattrs::pg_catalog.int2[]))";
    // Partitions go without the filters and columns of the tables that they are partitions of.
    List* rows = CatalogRows(
        "SELECT prrelid, %s, pg_catalog.pg_get_expr(prqual, prrelid)"
        " FROM pg_catalog.pg_publication_rel JOIN pgspan.distributed_table t ON t.relation ="
        " prrelid WHERE prpubid = %u UNION ALL SELECT DISTINCT t.relation, NULL, NULL FROM"
        " pg_catalog.pg_publication_rel r, pg_catalog.pg_partition_tree(prrelid) p JOIN"
        " pgspan.distributed_table t ON t.relation = p.relid WHERE prpubid = %u AND NOT EXISTS"
        " (SELECT FROM pg_catalog.pg_publication_rel o WHERE o.prpubid = r.prpubid AND o.prrelid ="
        " t.relation) ORDER BY 1",
        columns, publication, publication);
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions =
            AddDefinition(definitions, nullptr,
                          psprintf("ALTER PUBLICATION %s ADD TABLE %s%s%s", name,
                                   QualifiedName(static_cast<Oid>(strtoul(row[0], nullptr, 10))),
                                   row[1] ? psprintf(" (%s)", row[1]) : "",
                                   row[2] ? psprintf(" WHERE (%s)", row[2]) : ""));
    return definitions;
}

List* AddSchemas(List* definitions, Oid publication, const char* name) {
    List* rows = CatalogRows(
        "SELECT nspname, quote_ident(nspname) FROM pg_catalog.pg_publication_namespace JOIN"
        " pg_catalog.pg_namespace n ON n.oid = pnnspid WHERE pnpubid = %u ORDER BY nspname",
        publication);
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions = AddDefinition(
            definitions,
            psprintf("pg_catalog.to_regnamespace(%s) IS NULL", quote_literal_cstr(row[1])),
            psprintf("ALTER PUBLICATION %s ADD TABLES IN SCHEMA %s", name, row[1]));
    return definitions;
}

// Where the publication stands as of a relation: on itself or a table of which it is a partition.
constexpr const char* kNamesRelation =
    "EXISTS (SELECT FROM (SELECT %s::pg_catalog.oid UNION SELECT relid FROM"
    " pg_catalog.pg_partition_ancestors(%s::pg_catalog.oid::pg_catalog.regclass)) a (relid) JOIN"
    " pg_catalog.pg_class c ON c.oid = a.relid WHERE p.puballtables OR EXISTS (SELECT FROM"
    " pg_catalog.pg_publication_rel WHERE prpubid = p.oid AND prrelid = c.oid) OR EXISTS (SELECT"
    " FROM pg_catalog.pg_publication_namespace WHERE pnpubid = p.oid AND pnnspid ="
    " c.relnamespace))";

// Other nodes know nothing of the local tables that distributed ones are partitions of.
void RefuseRoots(Oid publication, const char* name) {
    const char* partition = CatalogText(
        "SELECT c.relname FROM pg_catalog.pg_publication p, pgspan.distributed_table t JOIN"
        " pg_catalog.pg_class c ON c.oid = t.relation WHERE p.oid = %u AND p.pubviaroot AND"
        " c.relispartition AND %s ORDER BY 1 LIMIT 1",
        publication, psprintf(kNamesRelation, "t.relation", "t.relation"));
    if (partition)
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("publish_via_partition_root is not supported for distributed partitions"),
                errdetail("Table \"%s\" in publication %s is a partition of a local table.",
                          partition, name));
}

List* AddPublication(List* definitions, Oid publication) {
    List* rows = CatalogRows(
        "SELECT quote_ident(pubname), quote_ident(pg_catalog.pg_get_userbyid(pubowner)),"
        " puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot,"
        " pg_catalog.to_jsonb(p)->>'pubgencols' FROM pg_catalog.pg_publication p WHERE oid = %u",
        publication);
    if (rows == NIL) return definitions;
    const auto* row = static_cast<CatalogRow*>(linitial(rows));
    const char* name = row[0];
    RefuseRoots(publication, name);
    definitions = AddDefinition(definitions, nullptr, "SELECT pgspan.require_output_plugin()");
    definitions =
        AddDefinition(definitions, nullptr, psprintf("DROP PUBLICATION IF EXISTS %s", name));
    definitions = AddDefinition(definitions, nullptr,
                                psprintf("CREATE PUBLICATION %s%s WITH (%s)", name,
                                         IsTrue(row[2]) ? " FOR ALL TABLES" : "", Options(row)));
    definitions = AddSchemas(definitions, publication, name);
    definitions = AddTables(definitions, publication, name);
    return AddDefinition(definitions, nullptr,
                         psprintf("ALTER PUBLICATION %s OWNER TO %s", name, row[1]));
}

List* Publications(const char* condition) {
    List* rows =
        CatalogRows("SELECT oid FROM pg_catalog.pg_publication p WHERE %s ORDER BY oid", condition);
    List* publications = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows))
        publications = lappend_oid(publications, static_cast<Oid>(strtoul(row[0], nullptr, 10)));
    return publications;
}

}  // namespace

List* AllPublications() {
    return Publications("true");
}

List* PublicationsOf(Oid relation) {
    const char* oid = psprintf("%u", relation);
    // Those of all tables need not be told of one more, but have to look at partitions.
    return Publications(psprintf("(NOT p.puballtables OR p.pubviaroot) AND %s",
                                 psprintf(kNamesRelation, oid, oid)));
}

List* PublicationsOfSchemas(const List* schemas) {
    List* publications = NIL;
    for (const Oid schema : pg::EachOid(schemas))
        publications = list_concat_unique_oid(
            publications,
            Publications(psprintf("EXISTS (SELECT FROM pg_catalog.pg_publication_namespace WHERE"
                                  " pnpubid = p.oid AND pnnspid = %u)",
                                  schema)));
    return publications;
}

List* PublicationDefinitions(const List* publications) {
    const int settings = EnterCanonicalSettings();
    List* definitions = NIL;
    for (const Oid publication : pg::EachOid(publications))
        definitions = AddPublication(definitions, publication);
    LeaveCanonicalSettings(settings);
    return definitions;
}

}  // namespace pgspan::ddl

using namespace pgspan;

// pgspan.require_output_plugin(): called by the coordinator before it makes a publication here.
PGSPAN_FUNCTION(pgspan_require_output_plugin) {
    replication::RequireOutputPlugin();
    PG_RETURN_VOID();
}
