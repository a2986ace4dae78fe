#include "engine/ddl/definition_parts.h"
#include "engine/metadata/constraint_names.h"
#include "engine/pg/reg_types.h"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
}

namespace pgspan::ddl {

namespace {

// True for enums and types whose hash is an OID of this node.
bool HashesByOid(Oid type) {
    return pg::NamesObjectsByOid(type) || get_typtype(type) == TYPTYPE_ENUM;
}

const char* Qualified(const char* name) {
    return quote_qualified_identifier(metadata::kDataSchema, name);
}

const char* ColumnName(Oid relation, AttrNumber attribute) {
    return quote_identifier(get_attname(relation, attribute, false));
}

// The table a shard's foreign key points to: the colocated shard with the same index, or the
// reference table.
const char* ReferencedTable(const metadata::Table& table, int32 shard_index, Oid referenced) {
    const metadata::Table* target = metadata::FindTable(referenced);
    if (target && target->IsReference()) return QualifiedName(referenced);
    if (!target || target->colocation_id != table.colocation_id)
        elog(ERROR, "foreign key from relation %u to relation %u cannot be kept by shards",
             table.relation, referenced);
    return metadata::QualifiedShardName(*target, shard_index);
}

}  // namespace

bool HashDependsOnNode(Oid type) {
    check_stack_depth();
    type = getBaseType(type);
    if (HashesByOid(type)) return true;
    const Oid element = get_element_type(type);
    if (OidIsValid(element)) return HashDependsOnNode(element);
    if (type_is_range(type)) return HashDependsOnNode(get_range_subtype(type));
    if (type_is_multirange(type)) return HashDependsOnNode(get_multirange_range(type));
    if (!type_is_rowtype(type) || type == RECORDOID) return false;
    const TupleDesc columns = lookup_rowtype_tupdesc(type, -1);
    bool found = false;
    for (int i = 0; i < columns->natts; i++)
        if (!TupleDescAttr(columns, i)->attisdropped)
            found = found || HashDependsOnNode(TupleDescAttr(columns, i)->atttypid);
    ReleaseTupleDesc(columns);
    return found;
}

const char* DistributionOperatorClass(Oid type) {
    const Oid base = getBaseType(type);
    if (get_typtype(base) == TYPTYPE_ENUM) return " pgspan.enum_label_ops";
    if (HashDependsOnNode(base))
        ereport(
            ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("a column of type %s cannot be a distribution column", format_type_be(type)),
            errdetail("Its values hash by object identifiers, which are different on every node."));
    return "";
}

List* ContainerDefinition(Oid relation, AttrNumber distribution_column, const char* base_name,
                          int32 table_id) {
    const int settings = EnterCanonicalSettings();
    const char* name = Qualified(metadata::ContainerName(base_name, table_id));
    const char* operator_class =
        DistributionOperatorClass(get_atttype(relation, distribution_column));
    List* definitions =
        AddDefinition(NIL, nullptr,
                      psprintf("CREATE TABLE %s (%s) PARTITION BY HASH (%s%s)", name,
                               ColumnDefinitions(relation, ColumnsOf::kContainer, 0),
                               ColumnName(relation, distribution_column), operator_class));
    definitions = list_concat(definitions, GapDefinitions(relation, name));
    definitions = list_concat(definitions, OwnerDefinition(relation, name));
    definitions = list_concat(definitions, ColumnSettings(relation, name));
    definitions = list_concat(definitions, CheckConstraints(relation, name));
    definitions = list_concat(definitions, EnableRowSecurity(relation, name));
    definitions = list_concat(definitions, GrantDefinitions(relation, name));
    LeaveCanonicalSettings(settings);
    return definitions;
}

List* ContainerIndexes(Oid relation, const char* base_name, int32 table_id) {
    const int settings = EnterCanonicalSettings();
    const char* name = Qualified(metadata::ContainerName(base_name, table_id));
    // Exclusion constraints belong to the shards: before 17 partitioned tables cannot have them.
    List* definitions = KeyConstraints(relation, {name, table_id}, "pu");
    definitions = list_concat(definitions, PlainIndexes(relation, {name, table_id}));
    LeaveCanonicalSettings(settings);
    return definitions;
}

List* ShardDefinition(Oid relation, const char* base_name, int32 table_id, int64 shard_id,
                      int32 shard_count, int32 shard_index) {
    const int settings = EnterCanonicalSettings();
    const char* name = Qualified(metadata::ShardName(base_name, shard_id));
    const char* options = StorageOptions(relation);
    List* definitions = AddDefinition(
        NIL, nullptr,
        psprintf("CREATE %sTABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS %d, REMAINDER %d)%s%s",
                 get_rel_persistence(relation) == RELPERSISTENCE_UNLOGGED ? "UNLOGGED " : "", name,
                 Qualified(metadata::ContainerName(base_name, table_id)), shard_count, shard_index,
                 AccessMethodClause(relation), options ? psprintf(" WITH (%s)", options) : ""));
    definitions = list_concat(definitions, OwnerDefinition(relation, name));
    definitions = list_concat(definitions, ColumnSettings(relation, name));
    List* exclusions = CatalogRows(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %u AND "
        "contype = 'x'"
        " ORDER BY conname",
        relation);
    for (const auto* row : pg::Each<CatalogRow>(exclusions))
        definitions = AddDefinition(
            definitions, nullptr,
            psprintf("ALTER TABLE %s ADD CONSTRAINT %s %s", name,
                     quote_identifier(metadata::ShardConstraintName(row[0], shard_id)), row[1]));
    definitions = list_concat(definitions, EnableRowSecurity(relation, name));
    definitions = list_concat(definitions, GrantDefinitions(relation, name));
    LeaveCanonicalSettings(settings);
    return definitions;
}

List* ShardForeignKeys(const metadata::Table& table, int32 shard_index, Oid constraint) {
    const int settings = EnterCanonicalSettings();
    List* rows = CatalogRows(
        "SELECT k.conname, k.confrelid, pg_get_constraintdef(k.oid), 'FOREIGN KEY (' ||"
        " (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.place)"
        "  FROM unnest(k.conkey) WITH ORDINALITY u (number, place)"
        "  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) || ') "
        "REFERENCES '"
        " FROM pg_constraint k WHERE k.conrelid = %u AND k.contype = 'f' AND NOT EXISTS (SELECT "
        "FROM "
        "pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid) AND %u IN (0, "
        "k.oid)"
        " ORDER BY k.conname",
        table.relation, constraint);
    List* definitions = NIL;
    for (const auto* row : pg::Each<CatalogRow>(rows)) {
        const Oid referenced = static_cast<Oid>(strtoul(row[1], nullptr, 10));
        const char* prefix = psprintf("%s%s", row[3], QualifiedName(referenced));
        const size_t length = strlen(prefix);
        if (strncmp(row[2], prefix, length) != 0)
            elog(ERROR, "unexpected definition \"%s\" of constraint \"%s\"", row[2], row[0]);
        definitions = AddDefinition(
            definitions, nullptr,
            psprintf("ALTER TABLE %s ADD CONSTRAINT %s %s%s%s",
                     metadata::QualifiedShardName(table, shard_index),
                     quote_identifier(
                         metadata::ShardConstraintName(row[0], table.shard_ids[shard_index])),
                     row[3], ReferencedTable(table, shard_index, referenced), row[2] + length));
    }
    LeaveCanonicalSettings(settings);
    return definitions;
}

List* ShardReplicaIdentity(const metadata::Table& table, int32 shard_index) {
    const char* identity =
        CatalogText("SELECT relreplident FROM pg_class WHERE oid = %u", table.relation);
    const char* shard = metadata::QualifiedShardName(table, shard_index);
    if (identity[0] == REPLICA_IDENTITY_FULL)
        return AddDefinition(NIL, nullptr, psprintf("ALTER TABLE %s REPLICA IDENTITY FULL", shard));
    if (identity[0] == REPLICA_IDENTITY_NOTHING)
        return AddDefinition(NIL, nullptr,
                             psprintf("ALTER TABLE %s REPLICA IDENTITY NOTHING", shard));
    if (identity[0] != REPLICA_IDENTITY_INDEX) return NIL;
    const char* shell_index = CatalogText(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %u AND i.indisreplident",
        table.relation);
    if (!shell_index)
        return AddDefinition(NIL, nullptr,
                             psprintf("ALTER TABLE %s REPLICA IDENTITY NOTHING", shard));
    const Oid parent = get_relname_relid(metadata::ContainerIndexName(shell_index, table.table_id),
                                         get_rel_namespace(table.container));
    const Oid shard_oid = metadata::LocalShardRelation(table, shard_index);
    if (!OidIsValid(parent) || !OidIsValid(shard_oid))
        elog(ERROR, "index \"%s\" is missing on shard %s", shell_index, shard);
    const Relation shard_relation = table_open(shard_oid, AccessShareLock);
    const Oid index = index_get_partition(shard_relation, parent);
    table_close(shard_relation, AccessShareLock);
    if (!OidIsValid(index)) elog(ERROR, "index \"%s\" is missing on shard %s", shell_index, shard);
    return AddDefinition(NIL, nullptr,
                         psprintf("ALTER TABLE %s REPLICA IDENTITY USING INDEX %s", shard,
                                  quote_identifier(get_rel_name(index))));
}

}  // namespace pgspan::ddl
