// ClusterSpec: what a local cluster is: its name, its nodes and their ports, its PostgreSQL. Pure:
// making one checks what the user asked for; as text it is the file cluster.json, which also marks
// a folder as a cluster of ours.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"

namespace pgspan::control {

inline constexpr int kDefaultPort = 9700;
inline constexpr int kDefaultWorkers = 2;
inline constexpr int kWorkersMax = 64;
inline constexpr const char* kDefaultName = "default";
inline constexpr const char* kSuperuser = "postgres";
inline constexpr const char* kLoopback = "127.0.0.1";

struct NodeSpec {
    std::string name;  // coordinator, worker1, worker2, ...
    int port = 0;
    [[nodiscard]] bool IsCoordinator() const { return name == "coordinator"; }
    bool operator==(const NodeSpec&) const = default;
};

enum class Phase {
    kCreating,  // `up` has not come to its end: there is nothing in it that anyone could miss
    kReady,
    kRemoving,  // `down --wipe` has not come to its end: what is left of it is no cluster any more
};

using Settings = std::map<std::string, std::string>;  // PostgreSQL's, by name

struct ClusterSpec {
    std::string name;
    Phase phase = Phase::kCreating;
    std::string bindir;           // of the PostgreSQL that made the data, and that runs it
    std::string server_version;   // for people: "15.4 (Debian 15.4-1)"
    Settings settings;            // those that the user added
    std::vector<NodeSpec> nodes;  // the coordinator first, then the workers by number

    [[nodiscard]] const NodeSpec& coordinator() const { return nodes.front(); }
    [[nodiscard]] const NodeSpec* Find(const std::string& node) const;
    bool operator==(const ClusterSpec&) const = default;
};

// A name is 1 to 40 letters, digits, '-' and '_', and begins with a letter or a digit: it becomes a
// folder and part of cluster_name.
Status CheckName(const std::string& name);

// "name=value" of `up --set`. Refuses what is no setting's name, and the settings that pgspan must
// decide itself because it finds its nodes by them.
Result<std::pair<std::string, std::string>> ParseSetting(const std::string& text);

// The coordinator on `port`, the workers on the ports after it.
Result<ClusterSpec> MakeSpec(const std::string& name, int workers, int port, Settings settings);

// What `up` asks of a cluster that exists already; empty: whatever it has.
struct Wish {
    std::optional<std::string> name;
    std::optional<int> workers;
    std::optional<int> port;
    Settings settings;
};

// An error that names the first difference between the cluster and the wish.
Status CheckWish(const ClusterSpec& spec, const Wish& wish);

std::string ToJson(const ClusterSpec& spec);
Result<ClusterSpec> FromJson(const std::string& text);

}  // namespace pgspan::control
