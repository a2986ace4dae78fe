// pgspan status, pgspan version.
#include <fmt/format.h>

#include "control/cli/commands.h"
#include "control/cli/status_text.h"

namespace pgspan::control {
namespace {

constexpr std::chrono::seconds kAnswerTime{5};

Colour ColourOf(NodeState state) {
    switch (state) {
    case NodeState::kRunning:
        return Colour::kGreen;
    case NodeState::kStarting:
    case NodeState::kStopped:
        return Colour::kYellow;
    case NodeState::kUnreachable:
    case NodeState::kFailed:
        break;
    }
    return Colour::kRed;
}

Outcome<ClusterStatus> Look(const Target& target) {
    // That a cluster is half made is something to show.
    Outcome<Cluster> cluster = LoadAny(target);
    if (!cluster) return cluster.failure();
    return LookAt(*cluster, kAnswerTime);
}

}  // namespace

Outcome<ExitCode> RunStatus(const StatusOptions& options, const Console& console) {
    Outcome<ClusterStatus> status = Look(options.target);
    if (!status) {
        // Who reads JSON finds it in every case; if it cannot be written, the failure still can.
        if (options.json) static_cast<void>(console.Write(FailureJson(status.failure())));
        return status.failure();
    }
    const std::string text =
        options.json ? StatusJson(*status)
                     : StatusTable(*status, [&](const std::string& word, NodeState state) {
                           return console.Paint(word, ColourOf(state));
                       });
    if (Done done = console.Write(text); !done) return done.failure();
    if (status->IsWell()) return ExitCode::kOk;
    return status->IsStopped() ? ExitCode::kStopped : ExitCode::kDegraded;
}

Outcome<ExitCode> RunVersion(const Console& console) {
    console.Print("pgspan " PGSPAN_VERSION);
    return ExitCode::kOk;
}

}  // namespace pgspan::control
