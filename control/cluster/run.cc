#include "control/cluster/run.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>

#include <fmt/format.h>

#include "control/postgres/postmaster.h"
#include "control/process/process.h"

namespace pgspan::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// PostgreSQL announces readiness in a file only, so it is looked at again and again.
constexpr milliseconds kLookAgain{20};
constexpr seconds kSayAgain{5};
// How long what outlives a killed postmaster is given to notice.
constexpr milliseconds kOrphansPatience{3000};
constexpr int kLastWordsLines = 6;

struct StartingNode {
    const NodeSpec* node;
    std::optional<Process> process;  // none: an earlier command started it
};

Failure DidNotStart(const Cluster& cluster, const NodeSpec& node, const std::string& why) {
    const Outcome<std::string> words = LastWords(cluster, node, kLastWordsLines);
    return {fmt::format("{} did not start: {}; its last words:\n{}", node.name, why,
                        words ? *words : words.failure().message),
            cluster.spec.phase == Phase::kReady
                ? fmt::format("its whole log: pgspan logs {}", node.name)
                : ""};
}

Outcome<Process> StartNode(const Cluster& cluster, const NodeSpec& node, const WaitLimit& limit) {
    // After a crash, processes of the old server may take a moment to notice.
    const std::string data = cluster.Files(node).data_folder;
    if (Done clear = ClearForStart(data, kOrphansPatience, limit); !clear) return clear.failure();
    if (Done free = CheckPortsAreFree({node}); !free) return free.failure();
    if (Done configured = cluster.Configure(node); !configured) return configured.failure();
    // It begins where it will work, so that it is known as this node's from its first moment on.
    return Process::Start({{cluster.spec.bindir + "/postgres", "-D", cluster.Folder(node)},
                           data,
                           cluster.Startup(node),
                           true},
                          cluster.account);
}

// Removes the nodes that have become ready; fails when one has ended.
Done LookAtStarting(const Cluster& cluster, std::vector<StartingNode>& starting) {
    for (auto each = starting.begin(); each != starting.end();) {
        if (each->process && each->process->Poll()) {
            return DidNotStart(cluster, *each->node,
                               "it ended with " + each->process->HowItEnded());
        }
        Outcome<ServerState> server = FindServer(cluster.Files(*each->node).data_folder);
        if (!server) return server.failure();
        if (!each->process && !server->postmaster) {
            return DidNotStart(cluster, *each->node, "it was stopping, or failed to recover");
        }
        if (server->postmaster && server->postmaster->ready) {
            if (each->process) each->process->Detach();
            each = starting.erase(each);
        } else {
            ++each;
        }
    }
    return Success();
}

std::string Names(const std::vector<StartingNode>& starting) {
    std::vector<std::string> names;
    names.reserve(starting.size());
    for (const StartingNode& each : starting) names.push_back(each.node->name);
    return fmt::format("{}", fmt::join(names, ", "));
}

Done WaitUntilReady(const Cluster& cluster, std::vector<StartingNode>& starting,
                    const Progress& progress, const WaitLimit& limit) {
    const auto begin = steady_clock::now();
    auto say_next = begin + kSayAgain;
    while (true) {
        if (Done looked = LookAtStarting(cluster, starting); !looked) return looked;
        if (starting.empty()) return Success();
        std::vector<pollfd> descriptors;
        for (const StartingNode& each : starting) {
            if (each.process) descriptors.push_back({each.process->descriptor(), POLLIN, 0});
        }
        const WaitEnd end = Wait(descriptors, limit, kLookAgain);
        if (end == WaitEnd::kTimedOut || end == WaitEnd::kInterrupted) {
            return WaitFailure(end, Names(starting) + " to accept connections",
                               "it may be recovering; look with: pgspan status; pgspan logs");
        }
        if (const auto now = steady_clock::now(); now >= say_next) {
            progress(fmt::format("still waiting for {} ({} s)", Names(starting),
                                 std::chrono::duration_cast<seconds>(now - begin).count()));
            say_next = now + kSayAgain;
        }
    }
}

}  // namespace

Done CheckPortsAreFree(const std::vector<NodeSpec>& nodes) {
    for (const NodeSpec& node : nodes) {
        const FileDescriptor probe(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!probe) return Failure(SystemError("cannot make a socket", errno), "");
        // As PostgreSQL does: connections that are only just closed do not hold the port.
        const int on = 1;
        setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<uint16_t>(node.port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
            continue;
        }
        if (errno != EADDRINUSE) {
            return Failure(
                SystemError(fmt::format("cannot use port {} for {}", node.port, node.name), errno),
                "choose another --port", ExitCode::kConfiguration);
        }
        return Failure(fmt::format("port {}, which {} needs, is in use by another program",
                                   node.port, node.name),
                       fmt::format("see which one: ss -ltnp 'sport = :{}'; end it, or make the "
                                   "cluster with another --port",
                                   node.port),
                       ExitCode::kRefused);
    }
    return Success();
}

Outcome<std::vector<std::string>> StartNodes(const Cluster& cluster, Unfinished unfinished,
                                             const Progress& progress, const WaitLimit& limit) {
    std::vector<StartingNode> starting;
    std::vector<std::string> names;
    Done done = Success();
    for (const NodeSpec& node : cluster.spec.nodes) {
        Outcome<ServerState> server = FindServer(cluster.Files(node).data_folder);
        if (!server) return server.failure();
        if (server->postmaster) {
            if (!server->postmaster->ready) starting.push_back({&node, std::nullopt});
            continue;
        }
        if (names.empty()) progress("starting the nodes");
        Outcome<Process> process = StartNode(cluster, node, limit);
        if (!process) {
            done = process.failure();
            break;
        }
        names.push_back(node.name);
        starting.push_back({&node, std::move(*process)});
    }
    // Where one could not even be begun, the others are still seen through.
    Done ready = WaitUntilReady(cluster, starting, progress, limit);
    if (unfinished == Unfinished::kLeave) {
        for (StartingNode& each : starting) {
            if (each.process) each.process->Detach();
        }
    }
    if (!done) return done.failure();
    if (!ready) return ready.failure();
    return names;
}

Outcome<std::vector<std::string>> StopNodes(const Cluster& cluster, StopMode mode,
                                            const Progress& progress, const WaitLimit& limit) {
    struct Stopping {
        const NodeSpec* node;
        Postmaster postmaster;
    };
    std::vector<Stopping> stopping;
    for (const NodeSpec& node : cluster.spec.nodes) {
        Outcome<ServerState> server = FindServer(cluster.Files(node).data_folder);
        if (!server) return server.failure();
        if (!server->postmaster) continue;
        if (stopping.empty()) progress("stopping the nodes");
        Done asked = server->postmaster->Signal(mode == StopMode::kFast ? SIGINT : SIGQUIT);
        if (!asked) return asked.failure();
        stopping.push_back({&node, std::move(*server->postmaster)});
    }
    std::vector<std::string> names;
    for (const Stopping& each : stopping) {
        std::vector<pollfd> descriptors{{each.postmaster.process.get(), POLLIN, 0}};
        const WaitEnd end = Wait(descriptors, limit);
        if (end == WaitEnd::kTimedOut || end == WaitEnd::kInterrupted) {
            return WaitFailure(end, each.node->name + " to stop",
                               "it goes on stopping; to end it at once: pgspan stop --immediate");
        }
        names.push_back(each.node->name);
    }
    // What outlives a postmaster that was killed, now or before.
    for (const NodeSpec& node : cluster.spec.nodes) {
        Done empty = WaitForEmptyFolder(cluster.Files(node).data_folder, kOrphansPatience, limit);
        if (!empty) return empty.failure();
    }
    return names;
}

}  // namespace pgspan::control
