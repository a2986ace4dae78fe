// What can be seen of a cluster from outside: its processes, and what its nodes answer.
// ClusterStatus is data; how it is shown is the command line's (cli/status_text.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/cluster/cluster.h"
#include "control/process/wait.h"

namespace pgspan::control {

enum class NodeState {
    kRunning,      // it answers
    kStarting,     // its server runs and does not accept connections yet, or does no longer
    kUnreachable,  // its server runs and does not answer as it should
    kStopped,      // it was stopped
    kFailed,       // it ended without being stopped
};

struct NodeStatus {
    NodeSpec node;
    NodeState state = NodeState::kStopped;
    std::string reason;  // why it is not running, or what is wrong though it runs; may be empty
    std::optional<int> process;
    std::optional<std::string> server_version;
    std::optional<std::string> extension_version;
    std::optional<int64_t> shards;
    std::optional<int64_t> size_bytes;  // of the shards, with their indexes

    [[nodiscard]] bool IsWell() const { return state == NodeState::kRunning && reason.empty(); }
};

struct ClusterStatus {
    std::string name;
    std::string folder;
    bool half_made = false;  // its `up` or `down --wipe` has not come to its end
    std::vector<NodeStatus> nodes;

    [[nodiscard]] bool IsWell() const;
    [[nodiscard]] bool IsStopped() const;  // all of it, on purpose
};

// `limit` is for each node's answers. Needs no lock and changes nothing.
Outcome<ClusterStatus> LookAt(const Cluster& cluster, std::chrono::milliseconds limit);

}  // namespace pgspan::control
