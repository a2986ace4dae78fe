#include "control/cluster/status.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

#include "control/postgres/postmaster.h"

namespace pgspan::control {
namespace {

// Asked of each node about itself, so that one node's absence hides nothing of the others. The
// shards of a node are partitions in the schema pgspan_data.
constexpr const char* kNodeQuery = R"(
SELECT current_setting('server_version'),
       (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pgspan'),
       count(*), coalesce(sum(pg_catalog.pg_total_relation_size(i.inhrelid)), 0)::bigint
  FROM pg_catalog.pg_partitioned_table t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.partrelid
 WHERE t.partrelid::pg_catalog.regclass::text LIKE 'pgspan\_data.%')";

// Asked of the coordinator: which nodes it sends queries to.
constexpr const char* kActiveQuery = "SELECT nodeport FROM pg_catalog.pg_dist_node WHERE isactive";

std::optional<int64_t> Number(const std::optional<std::string>& text) {
    int64_t number = 0;
    if (!text) return std::nullopt;
    const auto [rest, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || rest != text->data() + text->size()) return std::nullopt;
    return number;
}

void Ask(const Cluster& cluster, NodeStatus& status, std::chrono::milliseconds time) {
    const WaitLimit limit = WaitLimit::In(time);
    status.state = NodeState::kUnreachable;
    Outcome<Session> session = Session::Open(cluster.AddressOf(status.node), limit);
    if (!session) {
        status.reason = session.failure().message;
        return;
    }
    Outcome<std::vector<Row>> rows = session->Query(kNodeQuery, limit);
    if (!rows) {
        status.reason = rows.failure().message;
        return;
    }
    status.state = NodeState::kRunning;
    if (rows->size() != 1 || rows->front().size() != 4) return;
    const Row& row = rows->front();
    status.server_version = row[0];
    status.extension_version = row[1];
    status.shards = Number(row[2]);
    status.size_bytes = Number(row[3]);
    if (!status.extension_version) {
        status.reason =
            "the extension pgspan is missing in the database postgres; there, run: "
            "CREATE EXTENSION pgspan";
    }
}

Outcome<NodeStatus> LookAtNode(const Cluster& cluster, const NodeSpec& node,
                               std::chrono::milliseconds time) {
    NodeStatus status;
    status.node = node;
    Outcome<ServerState> server = FindServer(cluster.Files(node).data_folder);
    if (!server) return server.failure();
    if (server->postmaster) {
        status.process = server->postmaster->id;
        if (server->postmaster->ready) {
            Ask(cluster, status, time);
        } else {
            status.state = NodeState::kStarting;
            status.reason = "it does not accept connections at this moment";
        }
    } else if (server->left_behind) {
        status.state = NodeState::kFailed;
        status.reason = fmt::format(
            "its server ended without being stopped; start it again: "
            "pgspan start; what it said: pgspan logs {}",
            node.name);
    }
    return status;
}

// Marks the workers that run and that the coordinator does not use.
void CompareWithMetadata(const Cluster& cluster, ClusterStatus& status,
                         std::chrono::milliseconds time) {
    NodeStatus& coordinator = status.nodes.front();
    if (!coordinator.IsWell()) return;
    const WaitLimit limit = WaitLimit::In(time);
    Outcome<Session> session = Session::Open(cluster.AddressOf(coordinator.node), limit);
    if (!session) {
        coordinator.reason = session.failure().message;
        return;
    }
    Outcome<std::vector<Row>> rows = session->Query(kActiveQuery, limit);
    if (!rows) {
        coordinator.reason = rows.failure().message;
        return;
    }
    std::set<std::optional<int64_t>> active;
    for (const Row& row : *rows) active.insert(Number(row.front()));
    for (NodeStatus& node : status.nodes) {
        if (node.IsWell() && !node.node.IsCoordinator() && !active.contains(node.node.port)) {
            node.reason = fmt::format(
                "the coordinator does not use it; to make it: "
                "SELECT citus_activate_node('{}', {})",
                kLoopback, node.node.port);
        }
    }
}

}  // namespace

bool ClusterStatus::IsWell() const {
    return !half_made &&
           std::all_of(nodes.begin(), nodes.end(), [](const auto& node) { return node.IsWell(); });
}

bool ClusterStatus::IsStopped() const {
    return !half_made && std::all_of(nodes.begin(), nodes.end(), [](const auto& node) {
        return node.state == NodeState::kStopped;
    });
}

Outcome<ClusterStatus> LookAt(const Cluster& cluster, std::chrono::milliseconds limit) {
    ClusterStatus status;
    status.name = cluster.spec.name;
    status.folder = cluster.folder;
    status.half_made = cluster.spec.phase != Phase::kReady;
    for (const NodeSpec& node : cluster.spec.nodes) {
        Outcome<NodeStatus> of_node = LookAtNode(cluster, node, limit);
        if (!of_node) return of_node.failure();
        status.nodes.push_back(std::move(*of_node));
    }
    if (!status.half_made) CompareWithMetadata(cluster, status, limit);
    return status;
}

}  // namespace pgspan::control
