#include "control/cli/status_text.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace pgspan::control {
namespace {

constexpr int kSchema = 1;

template <typename T>
nlohmann::ordered_json OrNull(const std::optional<T>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

std::string Text(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string ClusterState(const ClusterStatus& status) {
    if (status.half_made) return "unfinished";
    if (status.IsWell()) return "running";
    return status.IsStopped() ? "stopped" : "degraded";
}

// "15.4 (Debian 15.4-1)" is told in full by the JSON; a table has no room.
std::string ShortVersion(const std::optional<std::string>& version) {
    return version ? version->substr(0, version->find(' ')) : "-";
}

std::string StateName(NodeState state) {
    switch (state) {
    case NodeState::kRunning:
        return "running";
    case NodeState::kStarting:
        return "starting";
    case NodeState::kUnreachable:
        return "unreachable";
    case NodeState::kStopped:
        return "stopped";
    case NodeState::kFailed:
        break;
    }
    return "failed";
}

}  // namespace

std::string SizeText(int64_t bytes) {
    constexpr std::array<const char*, 4> kUnits{"kB", "MB", "GB", "TB"};
    if (bytes < 1000) return fmt::format("{} B", bytes);
    double size = static_cast<double>(bytes) / 1024;
    size_t unit = 0;
    while (size >= 999.95 && unit + 1 < kUnits.size()) {
        size /= 1024;
        unit++;
    }
    return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string StatusJson(const ClusterStatus& status) {
    nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
    for (const NodeStatus& each : status.nodes) {
        nodes.push_back({
            {"name", each.node.name},
            {"role", each.node.IsCoordinator() ? "coordinator" : "worker"},
            {"state", StateName(each.state)},
            {"well", each.IsWell()},
            {"reason", each.reason.empty() ? nlohmann::ordered_json(nullptr)
                                           : nlohmann::ordered_json(each.reason)},
            {"host", kLoopback},
            {"port", each.node.port},
            {"pid", OrNull(each.process)},
            {"server_version", OrNull(each.server_version)},
            {"pgspan_version", OrNull(each.extension_version)},
            {"shards", OrNull(each.shards)},
            {"size_bytes", OrNull(each.size_bytes)},
        });
    }
    return Text({
        {"schema", kSchema},
        {"name", status.name},
        {"state", ClusterState(status)},
        {"data", status.folder},
        {"nodes", nodes},
    });
}

std::string FailureJson(const Failure& failure) {
    const auto hint = failure.hint.empty() ? nlohmann::ordered_json(nullptr)
                                           : nlohmann::ordered_json(failure.hint);
    return Text({
        {"schema", kSchema},
        {"error",
         {{"code", static_cast<int>(failure.code)}, {"message", failure.message}, {"to_do", hint}}},
    });
}

std::string StatusTable(
    const ClusterStatus& status,
    const std::function<std::string(const std::string&, NodeState)>& paint_state) {
    constexpr size_t kColumns = 8;
    constexpr size_t kStateColumn = 1;
    using Cells = std::array<std::string, kColumns>;
    std::vector<Cells> table{
        {"NODE", "STATE", "ADDRESS", "PID", "POSTGRES", "PGSPAN", "SHARDS", "SIZE"}};
    for (const NodeStatus& each : status.nodes) {
        table.push_back(
            {each.node.name, StateName(each.state), fmt::format("{}:{}", kLoopback, each.node.port),
             each.process ? std::to_string(*each.process) : "-", ShortVersion(each.server_version),
             ShortVersion(each.extension_version), each.shards ? std::to_string(*each.shards) : "-",
             each.size_bytes ? SizeText(*each.size_bytes) : "-"});
    }
    std::array<size_t, kColumns> widths{};
    for (const Cells& cells : table) {
        for (size_t i = 0; i < kColumns; i++) widths[i] = std::max(widths[i], cells[i].size());
    }
    std::string text =
        fmt::format("cluster '{}': {} ({})\n\n", status.name, ClusterState(status), status.folder);
    for (size_t row = 0; row < table.size(); row++) {
        std::string line;
        for (size_t i = 0; i < kColumns; i++) {
            std::string cell = fmt::format("{:<{}}", table[row][i], widths[i]);
            if (row > 0 && i == kStateColumn) cell = paint_state(cell, status.nodes[row - 1].state);
            line += cell + "  ";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    bool first = true;
    for (const NodeStatus& each : status.nodes) {
        if (each.reason.empty()) continue;
        text += fmt::format("{}{}: {}\n", first ? "\n" : "", each.node.name, each.reason);
        first = false;
    }
    return text;
}

}  // namespace pgspan::control
