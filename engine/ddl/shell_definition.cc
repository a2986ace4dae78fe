#include "engine/ddl/definition_parts.h"
#include "engine/ddl/trigger.h"
#include "engine/metadata/foreign_keys.h"

extern "C" {
#include "catalog/pg_class.h"
}

namespace pgspan::ddl {

namespace {

List* CreateTable(List* definitions, Oid relation, const char* name, int32 group_id) {
    const char* unlogged =
        get_rel_persistence(relation) == RELPERSISTENCE_UNLOGGED ? "UNLOGGED " : "";
    const char* options = StorageOptions(relation);
    const char* with = options ? psprintf(" WITH (%s)", options) : "";
    return AddDefinition(definitions, nullptr,
                         psprintf("CREATE %sTABLE %s (%s)%s%s", unlogged, name,
                                  ColumnDefinitions(relation, ColumnsOf::kShell, group_id),
                                  AccessMethodClause(relation), with));
}

List* Owner(List* definitions, Oid relation, const char* target) {
    const char* owner = CatalogText(
        "SELECT quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE oid = %u", relation);
    return AddDefinition(definitions, nullptr,
                         psprintf("ALTER TABLE %s OWNER TO %s", target, owner));
}

List* Comments(Oid relation, const char* name) {
    List* rows = CatalogRows(
        "SELECT what || ' IS ' || quote_literal(description) FROM ("
        " SELECT 1 AS place, CASE WHEN d.objsubid = 0 THEN 'TABLE ' || n.name ELSE 'COLUMN ' || "
        "n.name || '.'"
        "   || quote_ident(a.attname) END AS what, d.description"
        "   FROM pg_description d CROSS JOIN (SELECT %s::text AS name) n"
        "   LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND "
        "d.objsubid > 0"
        "   WHERE d.classoid = 'pg_class'::regclass AND d.objoid = %u"
        " UNION ALL SELECT 2, 'CONSTRAINT ' || quote_ident(k.conname) || ' ON ' || %s, "
        "d.description"
        "   FROM pg_description d JOIN pg_constraint k ON k.oid = d.objoid"
        "   WHERE d.classoid = 'pg_constraint'::regclass AND k.conrelid = %u AND k.contype <> 'f'"
        " UNION ALL SELECT 3, 'INDEX ' || i.indexrelid::regclass::text, d.description"
        "   FROM pg_description d JOIN pg_index i ON i.indexrelid = d.objoid"
        "   WHERE d.classoid = 'pg_class'::regclass AND i.indrelid = %u) c ORDER BY place, what",
        quote_literal_cstr(name), relation, quote_literal_cstr(name), relation, relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows))
        definitions = AddDefinition(definitions, nullptr, psprintf("COMMENT ON %s", row[0]));
    return definitions;
}

List* ReplicaIdentity(Oid relation, const char* name) {
    const char* identity = CatalogText(
        "SELECT CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN "
        "'USING INDEX ' ||"
        " (SELECT quote_ident(x.relname) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
        "  WHERE i.indrelid = c.oid AND i.indisreplident) END FROM pg_class c WHERE c.oid = %u",
        relation);
    if (!identity) return NIL;
    return AddDefinition(NIL, nullptr,
                         psprintf("ALTER TABLE %s REPLICA IDENTITY %s", name, identity));
}

}  // namespace

List* OwnerDefinition(Oid relation, const char* target) {
    return Owner(NIL, relation, target);
}

List* ShellDefinition(Oid relation, int32 group_id) {
    const int settings = EnterCanonicalSettings();
    const char* name = QualifiedName(relation);
    List* definitions = SequenceDefinitions(relation, group_id);
    definitions = CreateTable(definitions, relation, name, group_id);
    definitions = list_concat(definitions, GapDefinitions(relation, name));
    definitions = Owner(definitions, relation, name);
    definitions = list_concat(definitions, ColumnSettings(relation, name));
    definitions = list_concat(definitions, CheckConstraints(relation, name));
    definitions = list_concat(definitions, KeyConstraints(relation, {name, 0}, "pux"));
    definitions = list_concat(definitions, PlainIndexes(relation, {name, 0}));
    definitions = list_concat(definitions, SequenceOwnership(relation));
    definitions = list_concat(definitions, ExhaustedIdentities(relation, group_id));
    definitions = list_concat(definitions, ReplicaIdentity(relation, name));
    definitions = list_concat(definitions, Comments(relation, name));
    definitions = list_concat(definitions, TriggerStandIns(relation));
    definitions = list_concat(definitions, EnableRowSecurity(relation, name));
    definitions = list_concat(definitions, GrantDefinitions(relation, name));
    LeaveCanonicalSettings(settings);
    return definitions;
}

List* ShellForeignKeys(Oid relation, int32 colocation_id, AttrNumber distribution_column,
                       int16 events_here) {
    const int settings = EnterCanonicalSettings();
    const char* name = QualifiedName(relation);
    List* rows = CatalogRows(
        "SELECT quote_ident(conname), pg_get_constraintdef(oid), obj_description(oid, "
        "'pg_constraint'), oid"
        " FROM pg_constraint WHERE conrelid = %u AND contype = 'f' ORDER BY conname",
        relation);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows)) {
        const auto constraint = static_cast<Oid>(strtoul(row[3], nullptr, 10));
        if (distribution_column != InvalidAttrNumber &&
            metadata::WhyNotByShards(metadata::ReadForeignKey(constraint), colocation_id,
                                     distribution_column, events_here))
            continue;
        definitions =
            AddDefinition(definitions, nullptr,
                          psprintf("ALTER TABLE %s ADD CONSTRAINT %s %s", name, row[0], row[1]));
        if (row[2])
            definitions = AddDefinition(definitions, nullptr,
                                        psprintf("COMMENT ON CONSTRAINT %s ON %s IS %s", row[0],
                                                 name, quote_literal_cstr(row[2])));
    }
    LeaveCanonicalSettings(settings);
    return definitions;
}

}  // namespace pgspan::ddl
