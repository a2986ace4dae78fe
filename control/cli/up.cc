// pgspan up: makes a cluster, or starts the one that is there.
#include <chrono>

#include <fmt/format.h>

#include "control/cli/commands.h"
#include "control/cluster/create.h"

namespace pgspan::control {
namespace {

using Clock = std::chrono::steady_clock;

std::string Seconds(Clock::time_point begin) {
    return fmt::format("{:.1f} s", std::chrono::duration<double>(Clock::now() - begin).count());
}

Outcome<Wish> WishOf(const UpOptions& options) {
    Wish wish{options.target.name, options.workers, options.port, {}};
    for (const std::string& text : options.settings) {
        Result<std::pair<std::string, std::string>> setting = ParseSetting(text);
        if (!setting) {
            return Failure(setting.error().message, setting.error().hint, ExitCode::kUsage);
        }
        wish.settings[setting->first] = setting->second;
    }
    return wish;
}

// A cluster that is there and whole.
Outcome<ExitCode> StartExisting(const Cluster& cluster, const UpOptions& options, const Wish& wish,
                                const Console& console, const WaitLimit& limit) {
    if (Status same = CheckWish(cluster.spec, wish); !same) {
        return Failure(same.error().message,
                       fmt::format("{}; to remove this one with all its data: pgspan down --wipe{}",
                                   same.error().hint, TargetArguments(options.target)),
                       ExitCode::kRefused);
    }
    const auto begin = Clock::now();
    Outcome<std::vector<std::string>> started =
        StartNodes(cluster, Unfinished::kLeave, console.progress(), limit);
    if (!started) return started.failure();
    console.Print(started->empty()
                      ? fmt::format("Cluster '{}' runs already.", cluster.spec.name)
                      : fmt::format("Cluster '{}' was there; started {} in {}.", cluster.spec.name,
                                    fmt::join(*started, ", "), Seconds(begin)));
    if (Done done = console.Write(HowToConnect(cluster, options.target)); !done) {
        return done.failure();
    }
    return ExitCode::kOk;
}

Outcome<ExitCode> Create(const Place& place, const UpOptions& options, const Wish& wish,
                         const Console& console, const WaitLimit& limit) {
    const auto begin = Clock::now();
    Outcome<Cluster> cluster =
        CreateCluster({place, wish, options.bindir}, console.progress(), limit);
    if (!cluster) return cluster.failure();
    const ClusterSpec& spec = cluster->spec;
    const size_t workers = spec.nodes.size() - 1;
    console.Print(fmt::format("Cluster '{}' runs: a coordinator on port {} and {} worker{} ({}).",
                              spec.name, spec.coordinator().port, workers, workers == 1 ? "" : "s",
                              Seconds(begin)));
    console.Print(fmt::format("Its data is in {}. Connect with:", cluster->folder));
    if (Done done = console.Write(HowToConnect(*cluster, options.target)); !done) {
        return done.failure();
    }
    return ExitCode::kOk;
}

}  // namespace

Outcome<ExitCode> RunUp(const UpOptions& options, const Console& console) {
    Outcome<Wish> wish = WishOf(options);
    if (!wish) return wish.failure();
    Outcome<Place> place = FindPlace(options.target);
    if (!place) return place.failure();
    Outcome<Interruption> interruption = Interruption::Watch();
    if (!interruption) return interruption.failure();
    const WaitLimit limit = WaitLimit::In(std::chrono::seconds(options.timeout_s), &*interruption);

    Outcome<Cluster> existing = LoadAny(options.target);
    if (!existing) {
        if (existing.failure().code != ExitCode::kNotFound) return existing.failure();
        return Create(*place, options, *wish, console, limit);
    }
    Outcome<FileDescriptor> lock = LockFolder(existing->folder);
    if (!lock) return lock.failure();
    // Now that nobody else can change it.
    existing = LoadAny(options.target);
    if (!existing) return existing.failure();
    if (existing->spec.phase == Phase::kReady) {
        return StartExisting(*existing, options, *wish, console, limit);
    }
    console.Say(
        fmt::format("an earlier `pgspan {}` was killed before its end: removing what it left",
                    existing->spec.phase == Phase::kCreating ? "up" : "down --wipe"));
    Done removed = RemoveCluster(*existing, false, console.progress(), limit);
    if (!removed) return removed.failure();
    lock->Close();
    return Create(*place, options, *wish, console, limit);
}

}  // namespace pgspan::control
