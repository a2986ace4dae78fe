// Which cluster a command means, and how users are told to reach it.
#include <unistd.h>

#include <fmt/format.h>

#include "control/cli/commands.h"
#include "control/postgres/postmaster.h"

namespace pgspan::control {
namespace {

// For a shell, quoted only when it must be.
std::string ShellQuoted(const std::string& text) {
    constexpr const char* kSafe =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=";
    if (!text.empty() && text.find_first_not_of(kSafe) == std::string::npos) return text;
    std::string quoted = "'";
    for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

}  // namespace

Outcome<Place> FindPlace(const Target& target) {
    return FindPlace(target.name.value_or(kDefaultName), target.data);
}

Outcome<Cluster> LoadAny(const Target& target) {
    Outcome<Place> place = FindPlace(target);
    if (!place) return place.failure();
    Outcome<Cluster> cluster = Cluster::Load(*place);
    if (!cluster) {
        const Failure& failure = cluster.failure();
        if (failure.code != ExitCode::kNotFound) return failure;
        return Failure(failure.message, "make one: pgspan up" + TargetArguments(target),
                       failure.code);
    }
    Wish wish;
    wish.name = target.name;
    if (Status same = CheckWish(cluster->spec, wish); !same) {
        return Failure(same.error().message, same.error().hint, ExitCode::kRefused);
    }
    return cluster;
}

Outcome<Cluster> LoadReady(const Target& target) {
    Outcome<Cluster> cluster = LoadAny(target);
    if (!cluster || cluster->spec.phase == Phase::kReady) return cluster;
    const bool created = cluster->spec.phase == Phase::kCreating;
    return Failure(
        fmt::format("cluster '{}' {}: its `pgspan {}` runs at this moment, or was killed",
                    cluster->spec.name, created ? "was never finished" : "is half removed",
                    created ? "up" : "down --wipe"),
        "make it anew: pgspan up" + TargetArguments(target) +
            "; or remove the rest: pgspan down --wipe" + TargetArguments(target),
        ExitCode::kRefused);
}

Done CheckRuns(const Cluster& cluster, const NodeSpec& node, const Target& target) {
    Outcome<ServerState> server = FindServer(cluster.Files(node).data_folder);
    if (!server) return server.failure();
    if (server->postmaster) return Success();
    return Failure(fmt::format("{} of cluster '{}' does not run", node.name, cluster.spec.name),
                   "start it: pgspan start" + TargetArguments(target));
}

std::string TargetArguments(const Target& target) {
    std::string text;
    if (target.name && *target.name != kDefaultName) text += " --name " + *target.name;
    if (!target.data.empty()) text += " --data " + ShellQuoted(target.data);
    return text;
}

std::string HowToConnect(const Cluster& cluster, const Target& target) {
    return fmt::format(
        "  pgspan psql{}\n"
        "  PGPASSFILE={} psql -h {} -p {} -U {} -d postgres{}\n",
        TargetArguments(target), ShellQuoted(cluster.passfile()), kLoopback,
        cluster.spec.coordinator().port, kSuperuser,
        cluster.account.switch_needed ? "  # as root" : "");
}

}  // namespace pgspan::control
