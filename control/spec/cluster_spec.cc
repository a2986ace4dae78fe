#include "control/spec/cluster_spec.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace pgspan::control {
namespace {

constexpr int kSchemaVersion = 1;
constexpr const char* kKind = "pgspan cluster";
constexpr int kPortMin = 1024;
constexpr int kPortMax = 65535;
constexpr size_t kNameLengthMax = 40;
constexpr const char* kSettingExample = "for example: --set work_mem=16MB";

// pgspan and its nodes find each other, and `logs` finds the logs, by these.
const std::set<std::string>& ReservedSettings() {
    static const std::set<std::string> names{"cluster_name",
                                             "config_file",
                                             "data_directory",
                                             "external_pid_file",
                                             "hba_file",
                                             "ident_file",
                                             "listen_addresses",
                                             "log_destination",
                                             "log_directory",
                                             "log_filename",
                                             "logging_collector",
                                             "pgspan.node_conninfo",
                                             "port",
                                             "unix_socket_directories",
                                             "password_encryption"};
    return names;
}

const char* PhaseName(Phase phase) {
    switch (phase) {
    case Phase::kCreating:
        return "creating";
    case Phase::kReady:
        return "ready";
    case Phase::kRemoving:
        break;
    }
    return "removing";
}

Phase PhaseNamed(const std::string& name) {
    if (name == PhaseName(Phase::kReady)) return Phase::kReady;
    return name == PhaseName(Phase::kRemoving) ? Phase::kRemoving : Phase::kCreating;
}

bool IsLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

const NodeSpec* ClusterSpec::Find(const std::string& node) const {
    const auto found = std::find_if(nodes.begin(), nodes.end(),
                                    [&](const NodeSpec& each) { return each.name == node; });
    return found == nodes.end() ? nullptr : &*found;
}

Status CheckName(const std::string& name) {
    const bool shaped =
        !name.empty() && name.size() <= kNameLengthMax && IsLetterOrDigit(name.front()) &&
        std::all_of(name.begin(), name.end(),
                    [](char c) { return IsLetterOrDigit(c) || c == '-' || c == '_'; });
    if (shaped) return Ok();
    return Error{fmt::format("'{}' cannot be the name of a cluster", name),
                 fmt::format("use 1 to {} letters, digits, '-' and '_', a letter or digit first",
                             kNameLengthMax)};
}

Result<std::pair<std::string, std::string>> ParseSetting(const std::string& text) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) {
        return Error{fmt::format("'{}' is not of the form name=value", text), kSettingExample};
    }
    std::string name = text.substr(0, equals);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const bool shaped = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return IsLetterOrDigit(c) || c == '_' || c == '.';
    });
    if (!shaped) {
        return Error{fmt::format("'{}' is not the name of a setting of PostgreSQL", name),
                     kSettingExample};
    }
    const std::string value = text.substr(equals + 1);
    if (value.find_first_of("\r\n") != std::string::npos || value.find('\0') != std::string::npos) {
        return Error{fmt::format("the value of {} has more than one line", name), kSettingExample};
    }
    if (ReservedSettings().contains(name)) {
        return Error{fmt::format("{} cannot be set: pgspan decides it itself", name),
                     name == "port" ? "use --port" : "leave it away"};
    }
    return std::pair{name, value};
}

Result<ClusterSpec> MakeSpec(const std::string& name, int workers, int port, Settings settings) {
    if (Status status = CheckName(name); !status) return status.error();
    if (workers < 1 || workers > kWorkersMax) {
        return Error{fmt::format("a cluster has 1 to {} workers, not {}", kWorkersMax, workers),
                     "choose another number of --workers"};
    }
    if (port < kPortMin || port > kPortMax - workers) {
        return Error{
            fmt::format("ports from {} on are asked for (the coordinator's, then those of {} "
                        "workers); all must lie between {} and {}",
                        port, workers, kPortMin, kPortMax),
            "choose another --port"};
    }
    ClusterSpec spec;
    spec.name = name;
    spec.settings = std::move(settings);
    spec.nodes.push_back({"coordinator", port});
    for (int i = 1; i <= workers; i++) spec.nodes.push_back({fmt::format("worker{}", i), port + i});
    return spec;
}

Status CheckWish(const ClusterSpec& spec, const Wish& wish) {
    const auto differs = [&](const std::string& has, const std::string& wanted) {
        return Error{fmt::format("cluster '{}' exists with {}, not {}", spec.name, has, wanted),
                     "leave the option away, or make another cluster (another --name and --port)"};
    };
    if (wish.name && *wish.name != spec.name) {
        return Error{fmt::format("the cluster is '{}', not '{}'", spec.name, *wish.name),
                     "leave --name away, or look at --data"};
    }
    const int workers = static_cast<int>(spec.nodes.size()) - 1;
    if (wish.workers && *wish.workers != workers) {
        return differs(fmt::format("{} worker{}", workers, workers == 1 ? "" : "s"),
                       std::to_string(*wish.workers));
    }
    const int port = spec.coordinator().port;
    if (wish.port && *wish.port != port) {
        return differs(fmt::format("port {}", port), std::to_string(*wish.port));
    }
    for (const auto& [name, value] : wish.settings) {
        const auto found = spec.settings.find(name);
        if (found == spec.settings.end()) return differs(name + " at its default", value);
        if (found->second != value) return differs(name + " = " + found->second, value);
    }
    return Ok();
}

std::string ToJson(const ClusterSpec& spec) {
    nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
    for (const NodeSpec& node : spec.nodes)
        nodes.push_back({{"name", node.name}, {"port", node.port}});
    const nlohmann::ordered_json json = {
        {"kind", kKind},
        {"schema", kSchemaVersion},
        {"name", spec.name},
        {"phase", PhaseName(spec.phase)},
        {"bindir", spec.bindir},
        {"server_version", spec.server_version},
        {"settings", spec.settings},
        {"nodes", nodes},
    };
    return json.dump(2) + "\n";
}

Result<ClusterSpec> FromJson(const std::string& text) {
    try {
        const nlohmann::json json = nlohmann::json::parse(text);
        if (!json.is_object() || json.value("kind", "") != kKind) {
            return Error{"it does not describe a pgspan cluster", ""};
        }
        if (const int schema = json.at("schema").get<int>(); schema != kSchemaVersion) {
            return Error{
                fmt::format("it has schema {}, and this pgspan knows {}", schema, kSchemaVersion),
                "use the pgspan that made the cluster"};
        }
        ClusterSpec spec;
        spec.name = json.at("name").get<std::string>();
        spec.phase = PhaseNamed(json.at("phase").get<std::string>());
        spec.bindir = json.at("bindir").get<std::string>();
        spec.server_version = json.at("server_version").get<std::string>();
        spec.settings = json.at("settings").get<Settings>();
        for (const auto& node : json.at("nodes")) {
            spec.nodes.push_back({node.at("name").get<std::string>(), node.at("port").get<int>()});
        }
        if (spec.nodes.empty() || !spec.nodes.front().IsCoordinator()) {
            return Error{"its first node is not the coordinator", ""};
        }
        return spec;
    } catch (const nlohmann::json::exception& error) {
        return Error{error.what(), ""};
    }
}

}  // namespace pgspan::control
