#include "engine/cluster/everywhere.h"

#include "engine/connection/connection.h"
#include "engine/pg/owner.h"
#include "engine/transaction/remote_transaction.h"

namespace pgspan::cluster {

void RequireCoordinator(const char* function) {
    if (metadata::IsCoordinator()) return;
    const char* place = "the coordinator";
    for (const metadata::Node& node : metadata::AllNodes())
        if (node.group_id == metadata::kCoordinatorGroup && node.is_primary)
            place = psprintf("the coordinator, %s:%d", node.host, node.port);
    ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("%s() cannot be run on a worker node", function),
            errhint("Run it on %s.", place));
}

std::span<const int32> OtherGroups() {
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    auto* groups = static_cast<int32*>(palloc(sizeof(int32) * (nodes.size() + 1)));
    size_t count = 0;
    for (const metadata::Node& node : nodes)
        if (node.is_primary && node.is_active && !node.is_local) groups[count++] = node.group_id;
    return {groups, count};
}

void RunOnNodes(std::span<const NodeStatement> statements) {
    if (statements.empty()) return;
    auto* groups = static_cast<int32*>(palloc(sizeof(int32) * statements.size()));
    for (size_t i = 0; i < statements.size(); i++) groups[i] = statements[i].group_id;
    connection::OpenAll({groups, statements.size()});
    auto* readers =
        static_cast<connection::Reader*>(palloc0(sizeof(connection::Reader) * statements.size()));
    for (size_t i = 0; i < statements.size(); i++) {
        connection::Connection* node = connection::ForGroup(statements[i].group_id);
        transaction::Join(node, transaction::Access::kWrite);
        connection::Statement statement = {};
        statement.sql = statements[i].sql;
        readers[i] = {};
        connection::Send(node, statement, &readers[i]);
    }
    for (const int32 group : std::span<const int32>(groups, statements.size())) {
        PGresult* row = nullptr;
        while (connection::FetchRowWaiting(connection::ForGroup(group), &row)) {
        }
    }
}

void RunOnGroup(int32 group_id, const char* sql) {
    const NodeStatement statement = {group_id, sql};
    RunOnNodes({&statement, 1});
}

void RunOnOthers(const char* sql) {
    const std::span<const int32> groups = OtherGroups();
    auto* statements =
        static_cast<NodeStatement*>(palloc(sizeof(NodeStatement) * (groups.size() + 1)));
    for (size_t i = 0; i < groups.size(); i++) statements[i] = {groups[i], sql};
    RunOnNodes({statements, groups.size()});
}

void LockNodes(bool exclusively) {
    pg::RunSqlAsOwner(exclusively ? "LOCK TABLE pgspan.node IN SHARE ROW EXCLUSIVE MODE"
                                  : "LOCK TABLE pgspan.node IN SHARE MODE");
}

}  // namespace pgspan::cluster
