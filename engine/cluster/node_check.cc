// What a server must be to become a node, or to be one under another address, asked over a
// connection outside the transaction.
#include "engine/cluster/nodes.h"
#include "engine/connection/connection.h"
#include "engine/pg/owner.h"

extern "C" {
#include "commands/dbcommands.h"
}

namespace pgspan::cluster {

namespace {

constexpr const char* kIdentityQuery =
    "SELECT s.system_identifier || ' ' || extract(epoch FROM pg_catalog.pg_postmaster_start_time())"
    " FROM pg_catalog.pg_control_system() s";

constexpr const char* kFactsQuery =
    "SELECT pg_catalog.current_setting('server_version_num')::integer / 10000,"
    " (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pgspan'),"
    " pg_catalog.current_setting('max_prepared_transactions')::integer > 0,"
    " pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate || '/' || d.datctype,"
    " pg_catalog.pg_is_in_recovery(),"
    " coalesce(pg_catalog.current_setting('shared_preload_libraries'), '') LIKE '%pgspan%'"
    " FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";
enum Fact { kMajorVersion, kExtension, kCanPrepare, kEncoding, kLocale, kInRecovery, kPreloaded };

[[noreturn]] void WrongAddress(const metadata::Node& node, const char* host, int32 port,
                               const char* reason) {
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("%s:%d cannot be the address of node %d", host, port, node.node_id),
            errdetail("%s", reason));
    pg_unreachable();
}

[[noreturn]] void Unfit(const char* host, int32 port, const char* reason, const char* hint) {
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("cannot add node %s:%d", host, port), errdetail("%s", reason),
            hint ? errhint("%s", hint) : 0);
    pg_unreachable();
}

char** FirstRow(List* rows) {
    if (rows == NIL) elog(ERROR, "a node answered without a row");
    return static_cast<char**>(linitial(rows));
}

void CompareFacts(const char* host, int32 port, char** there, char** here) {
    if (strcmp(there[kMajorVersion], here[kMajorVersion]) != 0)
        Unfit(host, port,
              psprintf("It runs PostgreSQL %s, this server %s.", there[kMajorVersion],
                       here[kMajorVersion]),
              "All nodes must run the same major version of PostgreSQL.");
    if (!there[kExtension])
        Unfit(host, port,
              psprintf("Database \"%s\" there has no extension pgspan.",
                       get_database_name(MyDatabaseId)),
              "Add pgspan to shared_preload_libraries there, restart it, and run CREATE EXTENSION "
              "pgspan.");
    if (strcmp(there[kExtension], here[kExtension]) != 0)
        Unfit(host, port,
              psprintf("It has pgspan %s, this server %s.", there[kExtension], here[kExtension]),
              "Install the same version and run ALTER EXTENSION pgspan UPDATE there.");
    if (there[kPreloaded][0] != 't')
        Unfit(host, port, "pgspan is not in its shared_preload_libraries.",
              "Set shared_preload_libraries = 'pgspan' there and restart it.");
    if (there[kInRecovery][0] == 't')
        Unfit(host, port, "It is a standby.",
              "Add its primary, and the standby by citus_add_secondary_node().");
    if (there[kCanPrepare][0] != 't')
        Unfit(host, port, "Its max_prepared_transactions is 0.",
              "Set max_prepared_transactions to at least max_connections there and restart it.");
    if (strcmp(there[kEncoding], here[kEncoding]) != 0 ||
        strcmp(there[kLocale], here[kLocale]) != 0)
        Unfit(host, port,
              psprintf("Its database has encoding %s and locale %s, this one %s and %s.",
                       there[kEncoding], there[kLocale], here[kEncoding], here[kLocale]),
              "Create the database with the same encoding and locale on every node.");
}

// What a server with the extension knows of the cluster that it belongs to.
constexpr const char* kMembershipQuery =
    "SELECT (SELECT n.host || ':' || n.port FROM pgspan.node n"
    " WHERE n.group_id = 0 AND n.role = 'primary'),"
    " (SELECT group_id FROM pgspan.local_node),"
    " (SELECT count(*) FROM pgspan.node WHERE group_id <> 0),"
    " (SELECT count(*) FROM pgspan.distributed_table)";
enum Membership { kItsCoordinator, kItsGroup, kItsNodes, kItsTables };

bool IsOurCoordinator(const char* address) {
    if (!address) return false;
    for (const metadata::Node& known : metadata::AllNodes())
        if (known.group_id == metadata::kCoordinatorGroup &&
            strcmp(psprintf("%s:%d", known.host, known.port), address) == 0)
            return true;
    return false;
}

// Its metadata must be empty, or be what this cluster left there when the node was disabled or
// away.
void CheckMembership(connection::Connection* node, const char* host, int32 port) {
    char** row = FirstRow(connection::Query(node, kMembershipQuery));
    const int32 its_group = pg_strtoint32(row[kItsGroup]);
    const bool is_coordinator = its_group == metadata::kCoordinatorGroup;
    if (is_coordinator && strcmp(row[kItsNodes], "0") != 0)
        Unfit(host, port, "It is the coordinator of another cluster.",
              "Remove the nodes of that cluster with citus_remove_node() there first.");
    if (is_coordinator && strcmp(row[kItsTables], "0") != 0)
        Unfit(host, port, "It has distributed or reference tables of its own.",
              "Run undistribute_table() for each of them there first.");
    if (is_coordinator) return;
    const bool is_ours = IsOurCoordinator(row[kItsCoordinator]);
    for (const metadata::Node& known : metadata::AllNodes())
        if (is_ours && known.group_id == its_group && known.is_primary && known.is_active)
            Unfit(host, port,
                  psprintf("It is part of this cluster already, as %s:%d.", known.host, known.port),
                  "Change its address with citus_update_node().");
    if (is_ours) return;
    Unfit(host, port,
          psprintf("It belongs to another cluster, whose coordinator is %s.",
                   row[kItsCoordinator] ? row[kItsCoordinator] : "unknown"),
          "Remove it from that cluster, or run SELECT pgspan.leave_cluster() on it if that cluster "
          "is gone.");
}

}  // namespace

bool IsThisServer(const char* host, int32 port) {
    connection::Connection* node =
        connection::OpenOutside(host, port, get_database_name(MyDatabaseId));
    const char* there = FirstRow(connection::Query(node, kIdentityQuery))[0];
    connection::Close(node);
    return strcmp(there, pg::QueryTextAsOwner(kIdentityQuery)) == 0;
}

void CheckNewNode(const char* host, int32 port) {
    connection::Connection* node =
        connection::OpenOutside(host, port, get_database_name(MyDatabaseId));
    if (strcmp(FirstRow(connection::Query(node, kIdentityQuery))[0],
               pg::QueryTextAsOwner(kIdentityQuery)) == 0)
        Unfit(host, port, "It is this very server.",
              "The coordinator's address is set by citus_set_coordinator_host().");
    CompareFacts(host, port, FirstRow(connection::Query(node, kFactsQuery)),
                 FirstRow(pg::QueryRowsAsOwner(kFactsQuery)));
    CheckMembership(node, host, port);
    connection::Close(node);
}

void CheckMovedNode(const metadata::Node& node, const char* host, int32 port) {
    if (node.group_id == metadata::kCoordinatorGroup) {
        if (!IsThisServer(host, port)) WrongAddress(node, host, port, "It is not this server.");
        return;
    }
    connection::Connection* there =
        connection::OpenOutside(host, port, get_database_name(MyDatabaseId));
    if (!FirstRow(connection::Query(there, kFactsQuery))[kExtension])
        WrongAddress(node, host, port,
                     psprintf("Database \"%s\" there has no extension pgspan.",
                              get_database_name(MyDatabaseId)));
    char** row = FirstRow(connection::Query(there, kMembershipQuery));
    const int32 its_group = pg_strtoint32(row[kItsGroup]);
    if (its_group == metadata::kCoordinatorGroup || !IsOurCoordinator(row[kItsCoordinator]))
        WrongAddress(node, host, port, "The server there does not belong to this cluster.");
    if (its_group != node.group_id)
        WrongAddress(node, host, port,
                     psprintf("The server there is the node of group %d, not %d.", its_group,
                              node.group_id));
    connection::Close(there);
}

}  // namespace pgspan::cluster
