#include "engine/cluster/distributed_tables.h"
#include "engine/connection/connection.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/node_session.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"
#include "engine/pg/owner.h"
#include "engine/pg/relation.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "storage/lmgr.h"
}

namespace pgspan::cluster {

namespace {

AttrNumber DistributionColumn(const Registration& table) {
    return table.distribution_column ? get_attnum(table.relation, table.distribution_column)
                                     : static_cast<AttrNumber>(InvalidAttrNumber);
}

void RecordColocationGroup(const Registration& table) {
    if (table.kind == metadata::TableKind::kReference) {
        pg::RunSqlAsOwner(
            psprintf("INSERT INTO pgspan.colocation_group (colocation_id, shard_count)"
                     " VALUES (%d, 1) ON CONFLICT DO NOTHING",
                     table.colocation_id));
        return;
    }
    Oid type = InvalidOid;
    int32 typmod = -1;
    Oid collation = InvalidOid;
    get_atttypetypmodcoll(table.relation, DistributionColumn(table), &type, &typmod, &collation);
    pg::RunSqlAsOwner(psprintf(
        "INSERT INTO pgspan.colocation_group (colocation_id, shard_count, distribution_type,"
        " distribution_collation, is_default) VALUES (%d, %d, %u, %u, %s) ON CONFLICT DO NOTHING",
        table.colocation_id, table.shard_count, type, collation,
        table.is_default_group ? "true" : "false"));
    StringInfoData groups;
    initStringInfo(&groups);
    for (int32 i = 0; i < table.shard_count; i++)
        appendStringInfo(&groups, "%s(%d, %d, %d)", i ? ", " : "", table.colocation_id, i,
                         table.shard_groups[i]);
    pg::RunSqlAsOwner(
        psprintf("INSERT INTO pgspan.shard_group (colocation_id, shard_index, group_id)"
                 " VALUES %s ON CONFLICT DO NOTHING",
                 groups.data));
}

void RecordShards(const Registration& table) {
    StringInfoData shards;
    initStringInfo(&shards);
    for (int32 i = 0; i < table.shard_count; i++)
        appendStringInfo(&shards, "%s(" INT64_FORMAT ", %d, %d)", i ? ", " : "", table.shard_ids[i],
                         table.table_id, i);
    pg::RunSqlAsOwner(psprintf(
        "INSERT INTO pgspan.shard (shard_id, table_id, shard_index) VALUES %s", shards.data));
}

Oid ContainerOf(const Registration& table) {
    if (table.kind == metadata::TableKind::kReference) return InvalidOid;
    const Oid container =
        get_relname_relid(metadata::ContainerName(table.base_name, table.table_id),
                          get_namespace_oid(metadata::kDataSchema, false));
    if (!OidIsValid(container)) elog(ERROR, "container of table %d does not exist", table.table_id);
    return container;
}

// What needs the metadata: the shards' foreign keys and replica identity.
void FinishShards(Oid relation) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table) elog(ERROR, "relation %u is not registered", relation);
    for (const ddl::LocalShard& shard : ddl::LocalShards(*table))
        ddl::RunDefinitions(ddl::ShardReplicaIdentity(*table, shard.index));
    for (const Oid constraint : ddl::ConstraintsOf(relation, CONSTRAINT_FOREIGN))
        ddl::MirrorForeignKey(relation, constraint);
}

}  // namespace

void CreateContainer(const Registration& table) {
    if (table.kind == metadata::TableKind::kReference) return;
    const int32 local_group = metadata::LocalGroup();
    const pg::UserSwitch caller = pg::BecomeExtensionOwner();
    ddl::RunDefinitions(ddl::ContainerDefinition(table.relation, DistributionColumn(table),
                                                 table.base_name, table.table_id));
    for (int32 i = 0; i < table.shard_count; i++)
        if (table.shard_groups[i] == local_group)
            ddl::RunDefinitions(ddl::ShardDefinition(table.relation, table.base_name,
                                                     table.table_id, table.shard_ids[i],
                                                     table.shard_count, i));
    ddl::RunDefinitions(ddl::ContainerIndexes(table.relation, table.base_name, table.table_id));
    pg::ReturnToUser(caller);
}

void RecordTable(const Registration& table) {
    RecordColocationGroup(table);
    RecordShards(table);
    pg::RunSqlAsOwner(psprintf(
        "INSERT INTO pgspan.distributed_table (relation, table_id, kind, colocation_id, container,"
        " distribution_column, base_name, events_here) VALUES (%u, %d, '%c', %d, %u, %d, %s, %d)",
        table.relation, table.table_id, static_cast<char>(table.kind), table.colocation_id,
        ContainerOf(table), DistributionColumn(table), quote_literal_cstr(table.base_name),
        table.events_here));
    metadata::InvalidateTable(table.relation);
    CommandCounterIncrement();
    // Foreign keys read the rows.
    const pg::UserSwitch caller = pg::BecomeOwnerOf(table.relation);
    FinishShards(table.relation);
    pg::ReturnToUser(caller);
}

char* RegisterStatement(const Registration& table) {
    StringInfoData sql;
    initStringInfo(&sql);
    const char* name = quote_qualified_identifier(
        get_namespace_name(get_rel_namespace(table.relation)), get_rel_name(table.relation));
    appendStringInfo(
        &sql, "SELECT pgspan.register_table(%s::pg_catalog.regclass, %d, '%c', %d, %s, %s, '{",
        quote_literal_cstr(name), table.table_id, static_cast<char>(table.kind),
        table.colocation_id, quote_literal_cstr(table.base_name),
        table.distribution_column ? quote_literal_cstr(table.distribution_column) : "NULL");
    for (int32 i = 0; i < table.shard_count; i++)
        appendStringInfo(&sql, "%s" INT64_FORMAT, i ? "," : "", table.shard_ids[i]);
    appendStringInfoString(&sql, "}', ");
    for (int32 i = 0; table.shard_groups && i < table.shard_count; i++)
        appendStringInfo(&sql, "%s%d", i ? "," : "'{", table.shard_groups[i]);
    appendStringInfo(&sql, "%s, %s)", table.shard_groups ? "}'" : "NULL",
                     table.is_default_group ? "true" : "false");
    return sql.data;
}

Registration RegistrationOf(const metadata::Table& table) {
    Registration registration = {};
    registration.relation = table.relation;
    registration.table_id = table.table_id;
    registration.kind = table.kind;
    registration.colocation_id = table.colocation_id;
    registration.is_default_group =
        pg::QueryTextAsOwner(psprintf(
            "SELECT 1 FROM pgspan.colocation_group WHERE colocation_id = %d AND is_default",
            table.colocation_id)) != nullptr;
    registration.base_name = table.base_name;
    registration.shard_ids = table.shard_ids;
    registration.shard_count = table.shard_count;
    if (table.IsHash()) {
        registration.distribution_column =
            get_attname(table.relation, table.distribution_column, false);
        registration.shard_groups = table.shard_groups;
    }
    return registration;
}

}  // namespace pgspan::cluster

using namespace pgspan;

namespace {

// A bigint[] or integer[] without NULLs as a plain array.
template <typename Number>
std::span<const Number> Numbers(Datum array_value, Oid type) {
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(array_value), type, sizeof(Number), true,
                      sizeof(Number) == 8 ? TYPALIGN_DOUBLE : TYPALIGN_INT, &values, &nulls,
                      &count);
    auto* numbers = static_cast<Number*>(palloc(sizeof(Number) * (count + 1)));
    for (int i = 0; i < count; i++) {
        if (nulls[i])
            ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("array must not contain nulls"));
        numbers[i] = static_cast<Number>(values[i]);
    }
    return {numbers, static_cast<size_t>(count)};
}

void RequireArguments(FunctionCallInfo fcinfo, std::initializer_list<int> arguments) {
    for (const int argument : arguments)
        if (PG_ARGISNULL(argument))
            ereport(
                ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                errmsg("argument %d of pgspan.register_table() must not be null", argument + 1));
}

}  // namespace

// pgspan.register_table(relation, table_id, kind, colocation_id, base_name, distribution_column,
// shard_ids, shard_groups, is_default_group): what the coordinator has decided about a table,
// carried out on this node.
PGSPAN_FUNCTION(pgspan_register_table) {
    cluster::Registration table = {};
    if (!metadata::IsInternalSession())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("pgspan.register_table() is called by other nodes only"));
    RequireArguments(fcinfo, {0, 1, 2, 3, 4, 6, 8});
    table.relation = PG_GETARG_OID(0);
    LockRelationOid(table.relation, AccessExclusiveLock);
    if (!get_rel_name(table.relation))
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
                errmsg("relation %u does not exist", table.relation));
    if (!pg::OwnsRelation(GetUserId(), table.relation))
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("must be owner of table %s", get_rel_name(table.relation)));
    table.table_id = PG_GETARG_INT32(1);
    table.kind = static_cast<metadata::TableKind>(PG_GETARG_CHAR(2));
    const bool has_groups = table.kind != metadata::TableKind::kReference;
    if (has_groups) RequireArguments(fcinfo, {5, 7});
    table.colocation_id = PG_GETARG_INT32(3);
    table.base_name = text_to_cstring(PG_GETARG_TEXT_PP(4));
    if (has_groups) table.distribution_column = text_to_cstring(PG_GETARG_TEXT_PP(5));
    const std::span<const int64> shard_ids = Numbers<int64>(PG_GETARG_DATUM(6), INT8OID);
    table.shard_ids = shard_ids.data();
    table.shard_count = static_cast<int32>(shard_ids.size());
    if (has_groups) {
        const std::span<const int32> groups = Numbers<int32>(PG_GETARG_DATUM(7), INT4OID);
        if (groups.size() != shard_ids.size())
            ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("as many groups as shards are needed"));
        table.shard_groups = groups.data();
    }
    table.is_default_group = PG_GETARG_BOOL(8);
    cluster::CreateContainer(table);
    cluster::RecordTable(table);
    PG_RETURN_VOID();
}
