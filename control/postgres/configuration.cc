#include "control/postgres/configuration.h"

#include <algorithm>

#include <fmt/format.h>

#include "control/postgres/template.h"
#include "control/postgres/templates.h"

namespace pgspan::control {
namespace {

constexpr uint64_t kMebibyte = 1024 * 1024;
constexpr int kParallelWorkersDefault = 2;
constexpr const char* kPreload = "shared_preload_libraries";

int Mebibytes(uint64_t bytes, uint64_t least, uint64_t most) {
    return static_cast<int>(std::clamp(bytes / kMebibyte, least, most));
}

// pgspan comes first, whatever else the user preloads.
std::string PreloadLibraries(const Settings& settings) {
    const auto added = settings.find(kPreload);
    if (added == settings.end() || added->second.empty()) return "pgspan";
    return "pgspan, " + added->second;
}

// A value of postgresql.conf, quoted.
std::string QuoteSetting(std::string_view value) {
    std::string quoted = "'";
    for (char c : value) {
        if (c == '\'' || c == '\\') quoted += c;
        quoted += c;
    }
    return quoted + "'";
}

// A value of a libpq connection string, quoted.
std::string QuoteConninfo(std::string_view value) {
    std::string quoted = "'";
    for (char c : value) {
        if (c == '\'' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "'";
}

std::string UserSettings(const Settings& settings) {
    std::string text;
    for (const auto& [name, value] : settings) {
        if (name != kPreload) text += fmt::format("{} = {}\n", name, QuoteSetting(value));
    }
    return text.empty() ? "" : "# Given by --set when the cluster was made\n" + text;
}

std::string EscapePassfileField(std::string_view field) {
    std::string escaped;
    for (char c : field) {
        if (c == ':' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

}  // namespace

MemoryPlan PlanMemory(uint64_t machine_memory_bytes, int nodes) {
    const uint64_t share = machine_memory_bytes / static_cast<uint64_t>(std::max(nodes, 1));
    return {
        .shared_buffers_mb = Mebibytes(std::min(machine_memory_bytes / 16, share / 4), 16, 128),
        .effective_cache_size_mb = Mebibytes(share / 2, 64, 1024 * 1024),
        .maintenance_work_mem_mb = Mebibytes(share / 32, 16, 64),
    };
}

int PlanParallelWorkers(int processors, int nodes_with_shards) {
    return std::clamp(processors / std::max(nodes_with_shards, 1) - 1, 0, kParallelWorkersDefault);
}

MachineShare PlanShare(uint64_t machine_memory_bytes, int processors, const ClusterSpec& spec,
                       const NodeSpec& node) {
    const int nodes = static_cast<int>(spec.nodes.size());
    // The coordinator holds shards only where it is alone; otherwise it waits while workers scan.
    const bool scans_alone = node.IsCoordinator() && nodes > 1;
    return {.memory = PlanMemory(machine_memory_bytes, nodes),
            .parallel_workers =
                scans_alone ? kParallelWorkersDefault : PlanParallelWorkers(processors, nodes - 1)};
}

Result<std::string> RenderPostgresqlConf(const ClusterSpec& spec, const NodeSpec& node,
                                         const NodeFiles& files, const MachineShare& share) {
    const MemoryPlan& memory = share.memory;
    const bool socket_fits = files.socket_folder.size() <= kSocketFolderLengthMax;
    // A list of folders: quoted once as an element, once as a setting.
    const std::string sockets = socket_fits ? "\"" + files.socket_folder + "\"" : "";
    const std::string conninfo =
        fmt::format("passfile={} sslmode=prefer", QuoteConninfo(files.passfile));
    return Render(
        kPostgresqlConf,
        {{"node", node.name},
         {"cluster", spec.name},
         {"data_directory", QuoteSetting(files.data_folder)},
         {"hba_file", QuoteSetting(files.hba_file)},
         {"ident_file", QuoteSetting(files.ident_file)},
         {"cluster_name", QuoteSetting(fmt::format("pgspan {}/{}", spec.name, node.name))},
         {"address", QuoteSetting(kLoopback)},
         {"port", std::to_string(node.port)},
         {"socket_folder", QuoteSetting(sockets)},
         {"preload_libraries", QuoteSetting(PreloadLibraries(spec.settings))},
         {"node_conninfo", QuoteSetting(conninfo)},
         {"shared_buffers_mb", std::to_string(memory.shared_buffers_mb)},
         {"effective_cache_size_mb", std::to_string(memory.effective_cache_size_mb)},
         {"maintenance_work_mem_mb", std::to_string(memory.maintenance_work_mem_mb)},
         {"parallel_workers", std::to_string(share.parallel_workers)},
         {"log_folder", QuoteSetting(files.log_folder)},
         {"user_settings", UserSettings(spec.settings)}});
}

Result<std::string> RenderHbaConf(const ClusterSpec& spec) {
    return Render(kHbaConf, {{"cluster", spec.name}});
}

std::string RenderPassfile(const ClusterSpec& spec, const std::string& password) {
    std::string text;
    for (const NodeSpec& node : spec.nodes) {
        for (const char* host : {kLoopback, "localhost"}) {
            text += fmt::format("{}:{}:*:{}:{}\n", host, node.port, kSuperuser,
                                EscapePassfileField(password));
        }
    }
    return text;
}

}  // namespace pgspan::control
