// pgspan start, stop and down: the nodes of a cluster that is there.
#include <fmt/format.h>

#include "control/cli/commands.h"
#include "control/cluster/create.h"

namespace pgspan::control {

Outcome<ExitCode> RunStart(const StartOptions& options, const Console& console) {
    Outcome<Cluster> cluster = LoadReady(options.target);
    if (!cluster) return cluster.failure();
    Outcome<FileDescriptor> lock = LockFolder(cluster->folder);
    if (!lock) return lock.failure();
    Outcome<Interruption> interruption = Interruption::Watch();
    if (!interruption) return interruption.failure();
    Outcome<std::vector<std::string>> started =
        StartNodes(*cluster, Unfinished::kLeave, console.progress(),
                   WaitLimit::In(std::chrono::seconds(options.timeout_s), &*interruption));
    if (!started) return started.failure();
    console.Print(started->empty() ? fmt::format("Cluster '{}' runs already.", cluster->spec.name)
                                   : fmt::format("Started {}.", fmt::join(*started, ", ")));
    return ExitCode::kOk;
}

Outcome<ExitCode> RunStop(const StopOptions& options, const Console& console) {
    // With --wipe, a cluster that was never finished will do as well.
    Outcome<Cluster> cluster = options.wipe ? LoadAny(options.target) : LoadReady(options.target);
    if (!cluster) return cluster.failure();
    const std::string& name = cluster->spec.name;
    Outcome<FileDescriptor> lock = LockFolder(cluster->folder);
    if (!lock) return lock.failure();
    Outcome<Interruption> interruption = Interruption::Watch();
    if (!interruption) return interruption.failure();
    const WaitLimit limit = WaitLimit::In(std::chrono::seconds(options.timeout_s), &*interruption);
    if (options.wipe) {
        console.Say("removing " + cluster->folder);
        if (Done removed = RemoveCluster(*cluster, true, console.progress(), limit); !removed) {
            return removed.failure();
        }
        console.Print(fmt::format("Cluster '{}' and its data are gone.", name));
        return ExitCode::kOk;
    }
    Outcome<std::vector<std::string>> stopped =
        StopNodes(*cluster, options.immediate ? StopMode::kImmediate : StopMode::kFast,
                  console.progress(), limit);
    if (!stopped) return stopped.failure();
    console.Print(stopped->empty() ? fmt::format("Cluster '{}' was stopped already.", name)
                                   : fmt::format("Stopped {}. The data stays in {}.",
                                                 fmt::join(*stopped, ", "), cluster->folder));
    return ExitCode::kOk;
}

}  // namespace pgspan::control
