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

}  // namespace

Outcome<ExitCode> RunStatus(const StatusOptions& options, const Console& console) {
    // That a cluster is half made is something to show.
    Outcome<Cluster> cluster = LoadAny(options.target);
    if (!cluster) return cluster.failure();
    Outcome<ClusterStatus> status = LookAt(*cluster, kAnswerTime);
    if (!status) return status.failure();
    const std::string text =
        options.json ? StatusJson(*status)
                     : StatusTable(*status, [&](const std::string& word, NodeState state) {
                           return console.Paint(word, ColourOf(state));
                       });
    if (Done done = console.Write(text); !done) return done.failure();
    return status->IsWell() ? ExitCode::kOk : ExitCode::kDegraded;
}

Outcome<ExitCode> RunVersion(const Console& console) {
    console.Print("pgspan " PGSPAN_VERSION);
    return ExitCode::kOk;
}

}  // namespace pgspan::control
