// The commands of the program, one function each. The command line (cli/command_line.cc) fills
// their options and prints the Failure that one returns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/cli/console.h"
#include "control/outcome.h"
#include "control/spec/cluster_spec.h"

namespace pgspan::control {

// Which cluster: accepted by every command that works on one.
struct Target {
    std::optional<std::string> name;
    std::string data;
};

struct UpOptions {
    Target target;
    std::optional<int> workers;
    std::optional<int> port;
    std::vector<std::string> settings;  // name=value
    std::string bindir;
    int timeout_s = 120;
};
Outcome<ExitCode> RunUp(const UpOptions& options, const Console& console);

struct StartOptions {
    Target target;
    int timeout_s = 120;
};
Outcome<ExitCode> RunStart(const StartOptions& options, const Console& console);

struct StopOptions {
    Target target;
    bool immediate = false;
    bool wipe = false;  // `down --wipe`
    int timeout_s = 60;
};
Outcome<ExitCode> RunStop(const StopOptions& options, const Console& console);

struct StatusOptions {
    Target target;
    bool json = false;
};
Outcome<ExitCode> RunStatus(const StatusOptions& options, const Console& console);

struct PsqlOptions {
    Target target;
    std::string node = "coordinator";
    std::vector<std::string> arguments;  // psql's own
};
// Does not return when it succeeds: the program becomes psql.
Outcome<ExitCode> RunPsql(const PsqlOptions& options);

struct LogsOptions {
    Target target;
    std::string node;  // "": all
    bool follow = false;
    int lines = 20;
};
Outcome<ExitCode> RunLogs(const LogsOptions& options, const Console& console);

struct DemoOptions {
    Target target;
    std::string demo;  // ads, shop
    bool print_sql = false;
    bool plain = false;    // with print_sql: for one PostgreSQL without pgspan
    bool replace = false;  // drop the demo's tables first
    int timeout_s = 600;
};
Outcome<ExitCode> RunDemo(const DemoOptions& options, const Console& console);

Outcome<ExitCode> RunVersion(const Console& console);

// What the commands share.

Outcome<Place> FindPlace(const Target& target);
// Loads the cluster that is meant, also one whose `up` never came to its end.
Outcome<Cluster> LoadAny(const Target& target);
// Loads the cluster; a half-made one is a Failure.
Outcome<Cluster> LoadReady(const Target& target);
// A Failure that says what to do when the node's server does not run.
Done CheckRuns(const Cluster& cluster, const NodeSpec& node, const Target& target);
// The options that name the cluster in a command that is shown to the user: "" or " --name x".
std::string TargetArguments(const Target& target);
// How to connect to the coordinator, as lines for the user.
std::string HowToConnect(const Cluster& cluster, const Target& target);

}  // namespace pgspan::control
