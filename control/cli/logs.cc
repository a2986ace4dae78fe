// pgspan logs: the ends of the nodes' logs, and what is added to them.
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fmt/format.h>

#include "control/cli/commands.h"

namespace pgspan::control {
namespace {

constexpr size_t kChunkBytesMax = 1024 * 1024;

// One node's log, read on from where it was left.
struct Followed {
    const NodeSpec* node;
    std::string path;
    uintmax_t position = 0;
    std::string unfinished_line;
};

std::string WithPrefix(const std::string& text, const std::string& prefix) {
    std::string result;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = text.find('\n', begin);
        const size_t length = (end == std::string::npos ? text.size() : end) - begin;
        result += prefix + text.substr(begin, length) + "\n";
        begin += length + 1;
    }
    return result;
}

// Reads what was added since the last time, whole lines only; moves on to the next day's file.
Outcome<std::string> ReadOn(const Cluster& cluster, Followed& followed) {
    std::string text;
    while (true) {
        std::error_code error;
        const uintmax_t size = std::filesystem::file_size(followed.path, error);
        if (!error && size < followed.position)
            followed.position = 0;  // a week later, from the start
        if (!error && size > followed.position) {
            Outcome<std::string> added = ReadFileEnd(
                followed.path, std::min<uintmax_t>(size - followed.position, kChunkBytesMax));
            if (!added) return added.failure();
            text += *added;
            followed.position = size;
        }
        const std::string current = CurrentLog(cluster, *followed.node);
        if (current.empty() || current == followed.path) break;
        followed.path = current;
        followed.position = 0;
    }
    text = followed.unfinished_line + text;
    const size_t whole = text.rfind('\n');
    followed.unfinished_line = whole == std::string::npos ? text : text.substr(whole + 1);
    return text.substr(0, whole == std::string::npos ? 0 : whole + 1);
}

Done Follow(const Cluster& cluster, std::vector<Followed>& all, bool prefixed,
            const Console& console) {
    FileDescriptor changes(inotify_init1(IN_CLOEXEC));
    if (!changes) return Failure(SystemError("cannot watch files", errno), "");
    for (const Followed& each : all) {
        const std::string folder = cluster.Files(*each.node).log_folder;
        if (inotify_add_watch(changes.get(), folder.c_str(), IN_MODIFY | IN_CREATE) < 0) {
            return Failure(SystemError("cannot watch " + folder, errno), "");
        }
    }
    while (true) {
        for (Followed& each : all) {
            Outcome<std::string> added = ReadOn(cluster, each);
            if (!added) return added.failure();
            if (prefixed) *added = WithPrefix(*added, each.node->name + " | ");
            if (Done done = console.Write(*added); !done) return done;
        }
        alignas(inotify_event) char events[8192];
        if (read(changes.get(), events, sizeof events) < 0 && errno != EINTR) {
            return Failure(SystemError("cannot watch files", errno), "");
        }
    }
}

}  // namespace

Outcome<ExitCode> RunLogs(const LogsOptions& options, const Console& console) {
    // That a cluster is half made is something to show.
    Outcome<Cluster> cluster = LoadAny(options.target);
    if (!cluster) return cluster.failure();
    if (!options.node.empty() && cluster->spec.Find(options.node) == nullptr) {
        return Failure(
            fmt::format("cluster '{}' has no node '{}'", cluster->spec.name, options.node),
            "see its nodes: pgspan status" + TargetArguments(options.target), ExitCode::kNotFound);
    }
    const bool prefixed = options.node.empty();
    std::vector<Followed> all;
    for (const NodeSpec& node : cluster->spec.nodes) {
        if (!prefixed && node.name != options.node) continue;
        Followed followed{&node, CurrentLog(*cluster, node), 0, ""};
        std::error_code error;
        if (!followed.path.empty()) {
            followed.position = std::filesystem::file_size(followed.path, error);
        }
        Outcome<std::string> words = LastWords(*cluster, node, options.lines);
        if (!words) return words.failure();
        std::string text = words->empty() ? "" : *words + "\n";
        if (prefixed) text = WithPrefix(text, node.name + " | ");
        if (Done done = console.Write(text); !done) return done.failure();
        all.push_back(std::move(followed));
    }
    if (options.follow) {
        if (Done done = Follow(*cluster, all, prefixed, console); !done) return done.failure();
    }
    return ExitCode::kOk;
}

}  // namespace pgspan::control
