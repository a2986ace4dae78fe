#include "control/cluster/cluster.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

#include <fmt/format.h>

namespace pgspan::control {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRootsFolder = "/var/lib";
constexpr size_t kLastWordsBytesMax = 16 * 1024;

std::string Environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// This machine's memory, or what this process's control group may take of it.
uint64_t MachineMemory() {
    const auto pages = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES));
    uint64_t bytes = pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    uint64_t limit = 0;
    // "max" where there is no limit, and then nothing is read.
    if (std::ifstream group("/sys/fs/cgroup/memory.max"); group >> limit && limit < bytes) {
        bytes = limit;
    }
    return bytes;
}

// Those that this process may use.
int MachineProcessors() {
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Without what every start says: that the log goes on in its file.
std::string WithoutRedirection(const std::string& text) {
    std::string kept;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
        const std::string_view line = std::string_view(text).substr(begin, end - begin);
        if (line.find("redirecting log output to logging collector") == std::string_view::npos &&
            line.find("Future log output will appear in directory") == std::string_view::npos) {
            kept += line;
        }
        begin = end;
    }
    return kept;
}

std::string LastLines(const std::string& text, int lines) {
    if (lines == 0) return "";
    size_t position = text.size();
    while (position > 0 && text[position - 1] == '\n') position--;
    const size_t end = position;
    for (int i = 0; i < lines && position != std::string::npos && position > 0; i++) {
        position = text.rfind('\n', position - 1);
    }
    const size_t begin = position == std::string::npos ? 0 : position + (position > 0 ? 1 : 0);
    return text.substr(begin, end - begin);
}

}  // namespace

Outcome<Place> FindPlace(const std::string& name, const std::string& data) {
    if (Status status = CheckName(name); !status) {
        return Failure(status.error().message, status.error().hint, ExitCode::kUsage);
    }
    if (!data.empty()) {
        std::error_code error;
        fs::path folder = fs::absolute(data, error).lexically_normal();
        if (error)
            return Failure("cannot make sense of the folder " + data,
                           "name another one: --data DIR", ExitCode::kUsage);
        if (!folder.has_filename()) folder = folder.parent_path();
        if (folder == folder.root_path()) {
            return Failure("--data cannot be the root of the file system",
                           "name a folder: --data DIR", ExitCode::kUsage);
        }
        return Place{folder.string(), name};
    }
    std::string base = Environment("XDG_DATA_HOME");
    // The XDG specification: a relative path is to be ignored.
    if (!base.starts_with('/')) base.clear();
    if (base.empty() && geteuid() == 0) base = kRootsFolder;
    if (base.empty()) {
        const std::string home = Environment("HOME");
        if (!home.starts_with('/')) {
            return Failure("neither XDG_DATA_HOME nor HOME says where clusters are to be kept",
                           "set one of them, or use --data DIR", ExitCode::kConfiguration);
        }
        base = home + "/.local/share";
    }
    return Place{fmt::format("{}/pgspan/{}", base, name), name};
}

NodeFiles Cluster::Files(const NodeSpec& node) const {
    const std::string of_node = Folder(node);
    return {of_node + "/data", of_node + "/pg_hba.conf", of_node + "/pg_ident.conf",
            of_node + "/log",  of_node + "/socket",      passfile()};
}

std::string Cluster::Startup(const NodeSpec& node) const {
    return Files(node).log_folder + "/startup.log";
}

Address Cluster::AddressOf(const NodeSpec& node) const {
    return {kLoopback, node.port, kSuperuser, "postgres", passfile()};
}

Outcome<Cluster> Cluster::Load(const Place& place) {
    Cluster cluster;
    std::error_code error;
    cluster.folder = fs::canonical(place.folder, error).string();
    if (error) cluster.folder = place.folder;
    Outcome<std::string> text = ReadFile(cluster.description_file());
    if (!text && text.failure().code == ExitCode::kNotFound) {
        return Failure(
            fmt::format("there is no cluster '{}' (no {})", place.name, cluster.description_file()),
            "make one: pgspan up", ExitCode::kNotFound);
    }
    if (!text) {
        return Failure(text.failure().message,
                       "run pgspan as root, or as the user who owns the cluster",
                       ExitCode::kConfiguration);
    }
    Result<ClusterSpec> spec = FromJson(*text);
    if (!spec) {
        return Failure(
            fmt::format("cannot use {}: {}", cluster.description_file(), spec.error().message),
            spec.error().hint, ExitCode::kConfiguration);
    }
    cluster.spec = std::move(*spec);
    Outcome<Account> account = ServerAccount();
    if (!account) return account.failure();
    cluster.account = *account;
    return cluster;
}

Access Cluster::SharedFolder() const {
    if (!account.switch_needed) return {0700, {}, {}};
    return {0750, {}, account.group};
}

Access Cluster::SharedFile() const {
    if (!account.switch_needed) return {0600, {}, {}};
    return {0640, {}, account.group};
}

Access Cluster::ServersFolder() const {
    if (!account.switch_needed) return {0700, {}, {}};
    return {0700, account.user, account.group};
}

Access Cluster::ServersFile() const {
    if (!account.switch_needed) return {0600, {}, {}};
    return {0600, account.user, account.group};
}

Done Cluster::Save() const {
    return WriteFile(description_file(), ToJson(spec), {0600, {}, {}});
}

Done Cluster::Configure(const NodeSpec& node) const {
    const NodeFiles files = Files(node);
    const Result<std::string> conf = RenderPostgresqlConf(
        spec, node, files, PlanShare(MachineMemory(), MachineProcessors(), spec, node));
    if (!conf) return Failure(conf.error());
    const Result<std::string> hba = RenderHbaConf(spec);
    if (!hba) return Failure(hba.error());
    if (Done done = WriteFile(Folder(node) + "/postgresql.conf", *conf, SharedFile()); !done) {
        return done;
    }
    if (Done done = WriteFile(files.hba_file, *hba, SharedFile()); !done) return done;
    return WriteFile(files.ident_file, "# No system user has another name here.\n", SharedFile());
}

std::string CurrentLog(const Cluster& cluster, const NodeSpec& node) {
    std::string newest;
    fs::file_time_type newest_time;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(cluster.Files(node).log_folder, error)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("postgresql-")) continue;
        const fs::file_time_type time = entry.last_write_time(error);
        if (newest.empty() || time > newest_time) {
            newest = entry.path().string();
            newest_time = time;
        }
    }
    return newest;
}

Outcome<std::string> LastWords(const Cluster& cluster, const NodeSpec& node, int lines) {
    std::string words;
    for (const std::string& path : {cluster.Startup(node), CurrentLog(cluster, node)}) {
        if (path.empty()) continue;
        Outcome<std::string> end = ReadFileEnd(path, kLastWordsBytesMax);
        if (!end) return end.failure();
        const std::string last = LastLines(WithoutRedirection(*end), lines);
        if (!last.empty()) words += (words.empty() ? "" : "\n") + last;
    }
    return words;
}

}  // namespace pgspan::control
