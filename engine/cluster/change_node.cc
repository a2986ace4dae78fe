// The SQL functions that change the list of nodes. Each works in one distributed transaction: the
// coordinator's list, then the node concerned, then the list on every other node.
#include "engine/cluster/everywhere.h"
#include "engine/cluster/nodes.h"
#include "engine/connection/connection.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/owner.h"
#include "engine/pg/subtransaction.h"

extern "C" {
#include "commands/dbcommands.h"
#include "postmaster/postmaster.h"
}

namespace pgspan::cluster {

namespace {

struct NodeRequest {
    const char* host;
    int32 port;
    int32 group_id;  // -1: a new group
    const char* role;
    const char* cluster;
    bool activate;
};

bool IsPrimary(const NodeRequest& request) {
    return strcmp(request.role, "primary") == 0;
}

void Changed() {
    CommandCounterIncrement();
    metadata::InvalidateMetadata();
    CommandCounterIncrement();
}

void CheckAddress(const char* host, int32 port) {
    if (port < 1 || port > 65535 || host[0] == '\0')
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("\"%s:%d\" is not the address of a node", host, port));
}

const metadata::Node& RequireNode(const char* host, int32 port) {
    const metadata::Node* node = metadata::FindNode(host, port);
    if (!node)
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
                errmsg("node %s:%d is not part of the cluster", host, port),
                errhint("See pg_dist_node for the nodes that are."));
    return *node;
}

const metadata::Node* PrimaryNode(int32 group_id) {
    for (const metadata::Node& node : metadata::AllNodes())
        if (node.group_id == group_id && node.is_primary) return &node;
    return nullptr;
}

const char* RoleOf(int32 node_id) {
    return pg::QueryTextAsOwner(
        psprintf("SELECT role FROM pgspan.node WHERE node_id = %d", node_id));
}

int32 InsertNode(const NodeRequest& request, bool should_have_shards) {
    const char* id = pg::QueryTextAsOwner(
        psprintf("INSERT INTO pgspan.node (node_id, group_id, host, port, is_active, role, "
                 "cluster, should_have_shards)"
                 " VALUES (pg_catalog.nextval('pgspan.node_id_sequence'), %s, %s, %d, %s, %s, %s, "
                 "%s) RETURNING node_id",
                 request.group_id < 0 ? "pg_catalog.nextval('pgspan.group_id_sequence')"
                                      : psprintf("%d", request.group_id),
                 quote_literal_cstr(request.host), request.port,
                 request.activate ? "true" : "false", quote_literal_cstr(request.role),
                 quote_literal_cstr(request.cluster), should_have_shards ? "true" : "false"));
    Changed();
    return pg_strtoint32(id);
}

int32 Activate(const metadata::Node& node) {
    const int32 node_id = node.node_id;
    const int32 group_id = node.group_id;
    const bool sets_up = node.is_primary && group_id != metadata::kCoordinatorGroup;
    if (sets_up) CheckNewNode(node.host, node.port);
    pg::RunSqlAsOwner(
        psprintf("UPDATE pgspan.node SET is_active = true WHERE node_id = %d", node_id));
    Changed();
    if (sets_up) SetUpNode(group_id);
    BroadcastNodes();
    return node_id;
}

int32 ExistingNode(const metadata::Node& node, const NodeRequest& request) {
    if (request.group_id >= 0 && request.group_id != node.group_id)
        ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
                errmsg("node %s:%d is already part of the cluster, in group %d", node.host,
                       node.port, node.group_id),
                errhint("Remove it with citus_remove_node() first."));
    if (strcmp(RoleOf(node.node_id), request.role) != 0)
        ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
                errmsg("node %s:%d is already part of the cluster, with role %s", node.host,
                       node.port, RoleOf(node.node_id)),
                errhint("Remove it with citus_remove_node() first."));
    if (request.activate && !node.is_active) return Activate(node);
    ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
            errmsg("node %s:%d is already part of the cluster", node.host, node.port),
            errdetail("It is node %d, in group %d.", node.node_id, node.group_id));
}

int32 AddCoordinator(const NodeRequest& request) {
    if (const metadata::Node* coordinator = PrimaryNode(metadata::kCoordinatorGroup))
        ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
                errmsg("group 0 already has the coordinator %s:%d", coordinator->host,
                       coordinator->port),
                errhint("Change its address with citus_set_coordinator_host()."));
    if (!IsThisServer(request.host, request.port))
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("%s:%d is not this server", request.host, request.port),
                errdetail("Group 0 is the coordinator's."),
                errhint("Leave groupid out to add a worker."));
    const int32 node_id = InsertNode(request, false);
    BroadcastNodes();
    return node_id;
}

void CheckGroup(const NodeRequest& request) {
    const metadata::Node* primary = request.group_id >= 0 ? PrimaryNode(request.group_id) : nullptr;
    if (IsPrimary(request) && primary)
        ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
                errmsg("group %d already has the primary node %s:%d", request.group_id,
                       primary->host, primary->port),
                errhint("Leave groupid out, or add the node with noderole => 'secondary'."));
    if (!IsPrimary(request) && !primary)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("a node with role %s needs the group of its primary", request.role),
                errhint("Use citus_add_secondary_node()."));
    if (request.group_id > 0 && IsPrimary(request))
        // A group given by hand must not be drawn from the sequence later.
        pg::RunSqlAsOwner(psprintf(
            "SELECT pg_catalog.setval('pgspan.group_id_sequence', greatest(%d, last_value),"
            " is_called OR %d >= last_value) FROM pgspan.group_id_sequence",
            request.group_id, request.group_id));
}

int32 Add(const NodeRequest& request) {
    RequireCoordinator("citus_add_node");
    CheckAddress(request.host, request.port);
    LockNodes(true);
    if (const metadata::Node* node = metadata::FindNode(request.host, request.port))
        return ExistingNode(*node, request);
    if (request.group_id == metadata::kCoordinatorGroup && IsPrimary(request))
        return AddCoordinator(request);
    CheckGroup(request);
    if (IsPrimary(request)) {
        CheckNewNode(request.host, request.port);
        EnsureCoordinatorNode();
    }
    const int32 node_id = InsertNode(request, true);
    if (IsPrimary(request) && request.activate) SetUpNode(metadata::FindNode(node_id)->group_id);
    BroadcastNodes();
    return node_id;
}

// Raises if the group holds the only copy of shards.
void RequireNoShardsOn(const metadata::Node& node, const char* verb) {
    if (!node.is_primary) return;
    const char* tables = pg::QueryTextAsOwner(psprintf(
        "SELECT pg_catalog.string_agg(DISTINCT t.relation::pg_catalog.regclass::text, ', ') FROM"
        " pgspan.distributed_table t JOIN pgspan.shard_group g USING (colocation_id) WHERE "
        "g.group_id = %d"
        " AND t.kind = 'h'",
        node.group_id));
    if (tables)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("cannot %s node %s:%d: it holds shards", verb, node.host, node.port),
                errdetail("Shards of %s are on it, and nowhere else.", tables),
                errhint("Undistribute these tables with undistribute_table(), or drop them."));
}

void Leave(const metadata::Node& node) {
    const char* host = node.host;
    const int32 port = node.port;
    const bool is_active = node.is_active;
    const int32 group_id = node.group_id;
    ErrorData* error = pg::Attempt([&] {
        connection::Connection* outside =
            connection::OpenOutside(host, port, get_database_name(MyDatabaseId));
        // A node that is not active takes no part in distributed transactions.
        connection::Execute(outside, is_active ? "SELECT 1" : kLeaveStatement);
        connection::Close(outside);
    });
    if (error)
        ereport(WARNING, errmsg("node %s:%d could not be told that it is removed", host, port),
                errdetail("%s", error->message),
                errhint("If it comes back, run SELECT pgspan.leave_cluster() on it."));
    else if (is_active)
        RunOnGroup(group_id, kLeaveStatement);
}

void Remove(const char* host, int32 port) {
    RequireCoordinator("citus_remove_node");
    LockNodes(true);
    const metadata::Node& node = RequireNode(host, port);
    const int32 node_id = node.node_id;
    RequireNoShardsOn(node, "remove");
    if (node.group_id == metadata::kCoordinatorGroup && node.is_primary) {
        if (metadata::AllNodes().size() > 1 || metadata::AllTables() != NIL)
            ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("cannot remove node %s:%d: it is the coordinator", host, port),
                    errhint("Change its address with citus_set_coordinator_host()."));
    } else if (node.is_primary) {
        Leave(node);
    }
    pg::RunSqlAsOwner(psprintf("DELETE FROM pgspan.node WHERE node_id = %d", node_id));
    Changed();
    BroadcastNodes();
}

void Disable(const char* host, int32 port) {
    RequireCoordinator("citus_disable_node");
    LockNodes(true);
    const metadata::Node& node = RequireNode(host, port);
    if (node.group_id == metadata::kCoordinatorGroup && node.is_primary)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("cannot disable node %s:%d: it is the coordinator", host, port));
    RequireNoShardsOn(node, "disable");
    pg::RunSqlAsOwner(
        psprintf("UPDATE pgspan.node SET is_active = false WHERE node_id = %d", node.node_id));
    Changed();
    BroadcastNodes();
}

void Update(int32 node_id, const char* host, int32 port) {
    RequireCoordinator("citus_update_node");
    CheckAddress(host, port);
    LockNodes(true);
    const metadata::Node* node = metadata::FindNode(node_id);
    if (!node)
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
                errmsg("there is no node with id %d", node_id), errhint("See pg_dist_node."));
    const metadata::Node* taken = metadata::FindNode(host, port);
    if (taken && taken->node_id == node_id) return;
    if (taken)
        ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
                errmsg("%s:%d is already the address of node %d", host, port, taken->node_id));
    // Otherwise the server there would be told that it is this node.
    if (node->is_primary && node->is_active) CheckMovedNode(*node, host, port);
    pg::RunSqlAsOwner(psprintf("UPDATE pgspan.node SET host = %s, port = %d WHERE node_id = %d",
                               quote_literal_cstr(host), port, node_id));
    Changed();
    BroadcastNodes();
}

void SetProperty(const char* host, int32 port, const char* property, bool value) {
    RequireCoordinator("citus_set_node_property");
    if (strcmp(property, "shouldhaveshards") != 0)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("unknown node property \"%s\"", property),
                errhint("The only property is \"shouldhaveshards\"."));
    LockNodes(true);
    pg::RunSqlAsOwner(psprintf("UPDATE pgspan.node SET should_have_shards = %s WHERE node_id = %d",
                               value ? "true" : "false", RequireNode(host, port).node_id));
    Changed();
    BroadcastNodes();
}

void SetCoordinatorHost(const NodeRequest& request) {
    RequireCoordinator("citus_set_coordinator_host");
    CheckAddress(request.host, request.port);
    LockNodes(true);
    const metadata::Node* known = metadata::FindNode(request.host, request.port);
    if (known && known->group_id != metadata::kCoordinatorGroup)
        ereport(ERROR, errcode(ERRCODE_DUPLICATE_OBJECT),
                errmsg("%s:%d is the address of a worker node", request.host, request.port));
    if (known) return;
    const metadata::Node* coordinator = PrimaryNode(metadata::kCoordinatorGroup);
    if (!IsPrimary(request) || !coordinator) {
        InsertNode(request, false);
    } else {
        pg::RunSqlAsOwner(
            psprintf("UPDATE pgspan.node SET host = %s, port = %d, cluster = %s WHERE node_id = %d",
                     quote_literal_cstr(request.host), request.port,
                     quote_literal_cstr(request.cluster), coordinator->node_id));
        Changed();
    }
    BroadcastNodes();
}

char* RoleArgument(Datum value) {
    return DatumGetCString(DirectFunctionCall1(enum_out, value));
}

}  // namespace

void EnsureCoordinatorNode() {
    if (PrimaryNode(metadata::kCoordinatorGroup)) return;
    InsertNode(
        {"localhost", PostPortNumber, metadata::kCoordinatorGroup, "primary", "default", true},
        false);
}

}  // namespace pgspan::cluster

using namespace pgspan;

PGSPAN_FUNCTION(citus_set_coordinator_host) {
    cluster::SetCoordinatorHost(
        {text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1), metadata::kCoordinatorGroup,
         cluster::RoleArgument(PG_GETARG_DATUM(2)), NameStr(*PG_GETARG_NAME(3)), true});
    PG_RETURN_VOID();
}

PGSPAN_FUNCTION(citus_add_node) {
    PG_RETURN_INT32(cluster::Add({text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1),
                                  PG_GETARG_INT32(2), cluster::RoleArgument(PG_GETARG_DATUM(3)),
                                  NameStr(*PG_GETARG_NAME(4)), true}));
}

PGSPAN_FUNCTION(citus_add_inactive_node) {
    PG_RETURN_INT32(cluster::Add({text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1),
                                  PG_GETARG_INT32(2), cluster::RoleArgument(PG_GETARG_DATUM(3)),
                                  NameStr(*PG_GETARG_NAME(4)), false}));
}

// citus_add_secondary_node(nodename, nodeport, primaryname, primaryport, nodecluster)
PGSPAN_FUNCTION(citus_add_secondary_node) {
    cluster::RequireCoordinator("citus_add_secondary_node");
    const metadata::Node& primary =
        cluster::RequireNode(text_to_cstring(PG_GETARG_TEXT_PP(2)), PG_GETARG_INT32(3));
    PG_RETURN_INT32(
        cluster::Add({text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1), primary.group_id,
                      "secondary", NameStr(*PG_GETARG_NAME(4)), true}));
}

PGSPAN_FUNCTION(citus_activate_node) {
    cluster::RequireCoordinator("citus_activate_node");
    cluster::LockNodes(true);
    const metadata::Node& node =
        cluster::RequireNode(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1));
    if (node.is_active) {
        ereport(NOTICE, errmsg("node %s:%d is already active", node.host, node.port));
        PG_RETURN_INT32(node.node_id);
    }
    PG_RETURN_INT32(cluster::Activate(node));
}

PGSPAN_FUNCTION(citus_disable_node) {
    cluster::Disable(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1));
    PG_RETURN_VOID();
}

PGSPAN_FUNCTION(citus_remove_node) {
    cluster::Remove(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1));
    PG_RETURN_VOID();
}

// citus_update_node(node_id, new_node_name, new_node_port, force, lock_cooldown): nothing that a
// session holds stands in the way of a new address, so force and lock_cooldown have nothing to do.
PGSPAN_FUNCTION(citus_update_node) {
    cluster::Update(PG_GETARG_INT32(0), text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_INT32(2));
    PG_RETURN_VOID();
}

PGSPAN_FUNCTION(citus_set_node_property) {
    cluster::SetProperty(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1),
                         text_to_cstring(PG_GETARG_TEXT_PP(2)), PG_GETARG_BOOL(3));
    PG_RETURN_VOID();
}
