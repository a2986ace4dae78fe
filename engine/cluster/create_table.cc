#include "engine/cluster/colocation.h"
#include "engine/cluster/distributed_tables.h"
#include "engine/cluster/everywhere.h"
#include "engine/cluster/move_rows.h"
#include "engine/cluster/nodes.h"
#include "engine/cluster/table_checks.h"
#include "engine/ddl/events_here.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/partition_check.h"
#include "engine/ddl/publication.h"
#include "engine/ddl/policy.h"
#include "engine/ddl/table_definition.h"
#include "engine/ddl/trigger.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"
#include "engine/pg/relation.h"

extern "C" {
#include "commands/tablecmds.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
}

namespace pgspan::cluster {

namespace {

void LockTable(Oid relation, const char* function) {
    LockRelationOid(relation, AccessExclusiveLock);
    if (!get_rel_name(relation))
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
                errmsg("relation with OID %u does not exist", relation));
    const Relation table = relation_open(relation, NoLock);
    CheckTableNotInUse(table, function);
    relation_close(table, NoLock);
}

int32 NextTableId() {
    return pg_strtoint32(
        pg::QueryTextAsOwner("SELECT pg_catalog.nextval('pgspan.table_id_sequence')"));
}

const int64* NextShardIds(int32 count) {
    List* rows =
        pg::QueryRowsAsOwner(psprintf("SELECT pg_catalog.nextval('pgspan.shard_id_sequence') FROM "
                                      "pg_catalog.generate_series(1, %d)",
                                      count));
    auto* ids = static_cast<int64*>(palloc(sizeof(int64) * count));
    int32 i = 0;
    for (const auto* row : pg::Each<char*>(rows)) ids[i++] = pg_strtoint64(row[0]);
    return ids;
}

// The table on every other node: its shell, and what each node makes of it.
void CreateOnOthers(const Registration& table) {
    const std::span<const int32> groups = OtherGroups();
    if (groups.empty()) return;
    ddl::BroadcastSchemas(table.relation);
    List* required = ddl::RequiredObjects(table.relation);
    const AttrNumber column = table.distribution_column
                                  ? get_attnum(table.relation, table.distribution_column)
                                  : static_cast<AttrNumber>(InvalidAttrNumber);
    List* last = list_concat(
        ddl::ShellForeignKeys(table.relation, table.colocation_id, column, table.events_here),
        ddl::RowSecurityDefinitions(table.relation));
    auto* statements = static_cast<NodeStatement*>(palloc(sizeof(NodeStatement) * groups.size()));
    for (size_t i = 0; i < groups.size(); i++) {
        List* definitions =
            list_concat_copy(required, ddl::ShellDefinition(table.relation, groups[i]));
        statements[i] = {groups[i], ddl::RemoteDefinitions(definitions)};
    }
    RunOnNodes({statements, groups.size()});
    if (table.kind == metadata::TableKind::kReference) CopyRowsToNodes(table.relation, groups);
    if (last != NIL) RunOnOthers(ddl::RemoteDefinitions(last));
    RunOnOthers(RegisterStatement(table));
}

// Who writes through a table above this one comes to it without being planned anew: there must be
// none, and no plan of theirs may be kept.
void LockAncestors(Oid relation) {
    for (const Oid ancestor : pg::EachOid(metadata::Ancestors(relation))) {
        LockRelationOid(ancestor, ShareRowExclusiveLock);
        if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(ancestor)))
            CacheInvalidateRelcacheByRelid(ancestor);
    }
}

// Everything that both kinds of tables need before they are looked at.
void Begin(Oid relation, const char* function) {
    RequireCoordinator(function);
    RequireFreshSnapshots(function);
    EnsureCoordinatorNode();
    LockNodes(false);
    CheckOwner(relation);
    LockAncestors(relation);
    LockTable(relation, function);
    CheckTable(relation, "distribute");
}

}  // namespace

static void RunEverywhere(List* definitions) {
    if (definitions == NIL) return;
    ddl::RunDefinitions(definitions);
    RunOnOthers(ddl::RemoteDefinitions(definitions));
}

// Rows that are there may violate what is NOT VALID.
static void MoveRows(const Registration& table) {
    const char* container = quote_qualified_identifier(
        metadata::kDataSchema, metadata::ContainerName(table.base_name, table.table_id));
    RunEverywhere(ddl::UnvalidatedChecks(table.relation, container, ddl::Checks::kDropped));
    MoveRowsToShards(table);
    RunEverywhere(ddl::UnvalidatedChecks(table.relation, container, ddl::Checks::kAdded));
    pg::EmptyStorage(table.relation);
}

static void CreateHashTable(Oid relation, const char* column, const char* colocate_with,
                            int32 shard_count) {
    Begin(relation, "create_distributed_table");
    CheckTree(relation);
    const AttrNumber number = CheckDistributionColumn(relation, column);
    CheckUniqueness(relation, number);
    CheckExpressions(relation);
    const Colocation colocation = ChooseColocation({relation, number, colocate_with, shard_count});
    Registration table = {};
    table.relation = relation;
    table.table_id = NextTableId();
    table.kind = metadata::TableKind::kHash;
    table.colocation_id = colocation.colocation_id;
    table.is_default_group = colocation.is_default;
    table.base_name = pstrdup(get_rel_name(relation));
    table.distribution_column = column;
    table.shard_ids = NextShardIds(colocation.shard_count);
    table.shard_count = colocation.shard_count;
    table.shard_groups = colocation.shard_groups;
    table.events_here = ddl::EventsHere(relation);
    CreateContainer(table);
    CreateOnOthers(table);
    if (HasRows(relation)) MoveRows(table);
    RecordTable(table);
    // PostgreSQL has seen to it that the rows are the partition's.
    if (get_rel_relispartition(relation))
        ddl::MirrorPartitionCheck(*metadata::FindTable(relation), false);
    ddl::GiveKeysToShards(relation);
    ddl::KeepCausesHere(relation);
    ddl::KeepTriggersDisabled(*metadata::FindTable(relation));
    ddl::NoteReferencedTables(relation);
    ddl::NoteLocalParts(relation);
    ddl::SendPublications(ddl::PublicationsOf(relation));
    ddl::SendPoliciesThatRead(relation);
}

static void CreateReferenceTable(Oid relation) {
    Begin(relation, "create_reference_table");
    CheckStandsAlone(relation);
    const Colocation colocation = ReferenceColocation();
    CheckForeignKeys(relation);
    Registration table = {};
    table.relation = relation;
    table.table_id = NextTableId();
    table.kind = metadata::TableKind::kReference;
    table.colocation_id = colocation.colocation_id;
    table.is_default_group = true;
    table.base_name = pstrdup(get_rel_name(relation));
    table.shard_ids = NextShardIds(1);
    table.shard_count = 1;
    CreateOnOthers(table);
    RecordTable(table);
    ddl::GiveKeysToShards(relation);
    ddl::NoteReferencedTables(relation);
    ddl::SendPublications(ddl::PublicationsOf(relation));
    ddl::SendPoliciesThatRead(relation);
}

}  // namespace pgspan::cluster

using namespace pgspan;

// create_distributed_table(table_name, distribution_column, distribution_type, colocate_with,
// shard_count)
PGSPAN_FUNCTION(pgspan_create_distributed_table) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
        ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                errmsg("table_name and distribution_column must not be null"));
    const char* type = PG_ARGISNULL(2)
                           ? "hash"
                           : DatumGetCString(DirectFunctionCall1(enum_out, PG_GETARG_DATUM(2)));
    if (strcmp(type, "hash") != 0)
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("distribution by %s is not supported", type), errhint("Use 'hash'."));
    const char* colocate_with = PG_ARGISNULL(3) ? "default" : text_to_cstring(PG_GETARG_TEXT_PP(3));
    const int32 shard_count = PG_ARGISNULL(4) ? 0 : PG_GETARG_INT32(4);
    if (!PG_ARGISNULL(4) && shard_count < 1)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("shard_count must be at least 1"));
    cluster::CreateHashTable(PG_GETARG_OID(0), text_to_cstring(PG_GETARG_TEXT_PP(1)), colocate_with,
                             shard_count);
    PG_RETURN_VOID();
}

PGSPAN_FUNCTION(pgspan_create_reference_table) {
    cluster::CreateReferenceTable(PG_GETARG_OID(0));
    PG_RETURN_VOID();
}

PGSPAN_FUNCTION(pgspan_create_distributed_table_concurrently) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("create_distributed_table_concurrently() is not supported"),
            errhint("Use create_distributed_table(), which blocks writes to the table while its "
                    "rows are moved."));
    PG_RETURN_VOID();
}
