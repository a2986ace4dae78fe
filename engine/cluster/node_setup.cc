// Making a server a full member, and letting one go. Both ends: what the coordinator sends, and the
// functions that it calls on the node.
#include "engine/cluster/distributed_tables.h"
#include "engine/cluster/everywhere.h"
#include "engine/cluster/move_rows.h"
#include "engine/cluster/nodes.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/forget_table.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/partition_check.h"
#include "engine/ddl/publication.h"
#include "engine/ddl/role_definition.h"
#include "engine/ddl/table_definition.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "storage/lmgr.h"
#include "utils/jsonb.h"
}

namespace pgspan::cluster {

namespace {

// Every distributed and reference table in the order of their making, locked against changes of
// their definition; reference tables against writes, too.
List* LockAllTables() {
    List* rows = pg::QueryRowsAsOwner(
        "SELECT relation, kind FROM pgspan.distributed_table ORDER BY table_id");
    List* relations = NIL;
    for (const auto* row : pg::Each<char*>(rows)) {
        const Oid relation = static_cast<Oid>(strtoul(row[0], nullptr, 10));
        const bool is_reference = row[1][0] == static_cast<char>(metadata::TableKind::kReference);
        LockRelationOid(relation, is_reference ? ExclusiveLock : ShareUpdateExclusiveLock);
        if (get_rel_name(relation)) relations = lappend_oid(relations, relation);
    }
    return relations;
}

void DropRelation(Oid relation) {
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation))) return;
    LockRelationOid(relation, AccessExclusiveLock);
    const ObjectAddress address = {RelationRelationId, relation, 0};
    performDeletion(&address, DROP_CASCADE, PERFORM_DELETION_INTERNAL | PERFORM_DELETION_QUIETLY);
    CommandCounterIncrement();
}

void ClearMetadata() {
    pg::RunSqlAsOwner("DELETE FROM pgspan.node");
    pg::RunSqlAsOwner("DELETE FROM pgspan.shard");
    pg::RunSqlAsOwner("DELETE FROM pgspan.shard_group");
    pg::RunSqlAsOwner("DELETE FROM pgspan.colocation_group");
    pg::RunSqlAsOwner("DELETE FROM pgspan.distributed_table");
    pg::RunSqlAsOwner("UPDATE pgspan.local_node SET group_id = 0");
    metadata::InvalidateMetadata();
    CommandCounterIncrement();
}

List* RegisteredRelations() {
    List* relations = NIL;
    for (const auto* row :
         pg::Each<char*>(pg::QueryRowsAsOwner("SELECT relation FROM pgspan.distributed_table")))
        relations = lappend_oid(relations, static_cast<Oid>(strtoul(row[0], nullptr, 10)));
    return relations;
}

void RequireNoShards(const char* what) {
    const char* shards = pg::QueryTextAsOwner(
        "SELECT nullif(pg_catalog.count(*), 0) FROM pgspan.shard s JOIN pgspan.distributed_table t "
        "USING (table_id)"
        " JOIN pgspan.shard_group g USING (colocation_id, shard_index), pgspan.local_node l"
        " WHERE g.group_id = l.group_id");
    if (shards)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("%s", what),
                errdetail("This node holds %s shards.", shards));
}

// Tables that this cluster made here before the node left it are made anew when it comes back.
void DropFormerTables() {
    List* rows = pg::QueryRowsAsOwner(
        "SELECT f.relation, f.kind, c.oid::pg_catalog.regclass FROM pgspan.former_table f"
        " JOIN pg_catalog.pg_class c ON c.oid = f.relation WHERE c.relkind = 'r'");
    for (const auto* row : pg::Each<char*>(rows)) {
        const Oid relation = static_cast<Oid>(strtoul(row[0], nullptr, 10));
        if (row[1][0] == static_cast<char>(metadata::TableKind::kHash)) {
            LockRelationOid(relation, AccessExclusiveLock);
            if (HasRows(relation))
                ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("table %s of this node holds rows", row[2]),
                        errdetail("It is left from when this node was part of the cluster, and was "
                                  "written since."),
                        errhint("Drop or rename it on this node."));
        }
        DropRelation(relation);
    }
    pg::RunSqlAsOwner("DELETE FROM pgspan.former_table");
}

}  // namespace

char* ReplaceNodesStatement(int32 group_id) {
    const char* nodes = pg::QueryTextAsOwner(
        "SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(n)), '[]')"
        " FROM pgspan.node n");
    const char* secrets = pg::QueryTextAsOwner(
        "SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(a)), '[]') FROM pgspan.auth_info "
        "a");
    const char* secret = pg::QueryTextAsOwner("SELECT secret FROM pgspan.cluster_secret");
    return psprintf("SELECT pgspan.replace_nodes(%s, %s, %d, %s)", quote_literal_cstr(nodes),
                    quote_literal_cstr(secrets), group_id, quote_literal_cstr(secret));
}

void BroadcastNodes() {
    const std::span<const int32> groups = OtherGroups();
    auto* statements =
        static_cast<NodeStatement*>(palloc(sizeof(NodeStatement) * (groups.size() + 1)));
    for (size_t i = 0; i < groups.size(); i++)
        statements[i] = {groups[i], ReplaceNodesStatement(groups[i])};
    RunOnNodes({statements, groups.size()});
}

void SetUpNode(int32 group_id) {
    List* relations = LockAllTables();
    RunOnGroup(group_id, "SELECT pgspan.reset_node()");
    RunOnGroup(group_id, ReplaceNodesStatement(group_id));
    List* roles = ddl::AllRoles();
    if (roles != NIL) RunOnGroup(group_id, ddl::RemoteDefinitions(roles));
    RunOnGroup(group_id, ddl::RemoteDefinitions(ddl::AllExtensions()));
    ListCell* cell = nullptr;
    foreach (cell, relations) {
        List* definitions = ddl::RequiredObjects(lfirst_oid(cell));
        definitions = list_concat(definitions, ddl::ShellDefinition(lfirst_oid(cell), group_id));
        RunOnGroup(group_id, ddl::RemoteDefinitions(definitions));
    }
    foreach (cell, relations)
        if (metadata::FindTable(lfirst_oid(cell))->IsReference())
            CopyRowsToNodes(lfirst_oid(cell), {&group_id, 1});
    foreach (cell, relations) {
        const metadata::Table& table = *metadata::FindTable(lfirst_oid(cell));
        List* last =
            list_concat(ddl::ShellForeignKeys(table.relation, table.colocation_id,
                                              table.distribution_column, table.events_here),
                        ddl::RowSecurityDefinitions(lfirst_oid(cell)));
        if (last != NIL) RunOnGroup(group_id, ddl::RemoteDefinitions(last));
    }
    foreach (cell, relations) {
        const metadata::Table& table = *metadata::FindTable(lfirst_oid(cell));
        RunOnGroup(group_id, RegisterStatement(RegistrationOf(table)));
        if (get_rel_relispartition(table.relation))
            RunOnGroup(group_id, ddl::RemoteDefinitions(ddl::PartitionCheck(table, false)));
        if (table.only_on_coordinator)
            RunOnGroup(group_id, ddl::KeepToCoordinatorStatement(table.relation, true));
    }
    List* publications = ddl::PublicationDefinitions(ddl::AllPublications());
    if (publications != NIL) RunOnGroup(group_id, ddl::RemoteDefinitions(publications));
}

}  // namespace pgspan::cluster

using namespace pgspan;

// pgspan.replace_nodes(nodes, auth_info, group_id, secret): the coordinator's list, which of its
// groups this node is, and by what nodes recognise each other.
PGSPAN_FUNCTION(pgspan_replace_nodes) {
    const char* nodes =
        quote_literal_cstr(DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(0))));
    const char* secrets =
        quote_literal_cstr(DatumGetCString(DirectFunctionCall1(jsonb_out, PG_GETARG_DATUM(1))));
    pg::RunSqlAsOwner("DELETE FROM pgspan.node");
    pg::RunSqlAsOwner(
        psprintf("INSERT INTO pgspan.node SELECT * FROM"
                 " pg_catalog.jsonb_populate_recordset(NULL::pgspan.node, %s)",
                 nodes));
    pg::RunSqlAsOwner("DELETE FROM pgspan.auth_info");
    pg::RunSqlAsOwner(
        psprintf("INSERT INTO pgspan.auth_info SELECT * FROM"
                 " pg_catalog.jsonb_populate_recordset(NULL::pgspan.auth_info, %s)",
                 secrets));
    pg::RunSqlAsOwner(psprintf("UPDATE pgspan.local_node SET group_id = %d", PG_GETARG_INT32(2)));
    pg::RunSqlAsOwner(psprintf("UPDATE pgspan.cluster_secret SET secret = %s",
                               quote_literal_cstr(text_to_cstring(PG_GETARG_TEXT_PP(3)))));
    metadata::InvalidateMetadata();
    PG_RETURN_VOID();
}

// pgspan.reset_node(): clears what this node has of a cluster, before the coordinator sets it up
// anew.
PGSPAN_FUNCTION(pgspan_reset_node) {
    cluster::RequireNoShards("cannot set up a node anew that holds shards");
    ddl::WithoutMirroring([] {
        ListCell* cell = nullptr;
        List* relations = cluster::RegisteredRelations();
        foreach (cell, relations) ddl::ForgetTable(lfirst_oid(cell));
        foreach (cell, relations) cluster::DropRelation(lfirst_oid(cell));
        cluster::DropFormerTables();
    });
    cluster::ClearMetadata();
    PG_RETURN_VOID();
}

// pgspan.leave_cluster(): this node stops being one. Its shells and copies of reference tables stay
// as plain tables.
PGSPAN_FUNCTION(pgspan_leave_cluster) {
    if (metadata::IsCoordinator() &&
        pg::QueryTextAsOwner("SELECT 1 FROM pgspan.node WHERE group_id <> 0 LIMIT 1"))
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("the coordinator cannot leave its cluster"),
                errhint("Remove the other nodes with citus_remove_node()."));
    cluster::RequireNoShards("a node that holds shards cannot leave its cluster");
    pg::RunSqlAsOwner(
        "INSERT INTO pgspan.former_table SELECT relation, kind FROM pgspan.distributed_table"
        " ON CONFLICT DO NOTHING");
    ListCell* cell = nullptr;
    List* relations = cluster::RegisteredRelations();
    foreach (cell, relations) {
        ddl::RestoreForeignKeys(lfirst_oid(cell));
        ddl::ForgetTable(lfirst_oid(cell));
    }
    cluster::ClearMetadata();
    PG_RETURN_VOID();
}
