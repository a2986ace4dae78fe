// pgspan psql: becomes psql, connected to a node.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

#include "control/cli/commands.h"

namespace pgspan::control {
namespace {

std::string NodeNames(const ClusterSpec& spec) {
    std::string names;
    for (const NodeSpec& node : spec.nodes) names += (names.empty() ? "" : ", ") + node.name;
    return names;
}

}  // namespace

Outcome<ExitCode> RunPsql(const PsqlOptions& options) {
    Outcome<Cluster> cluster = LoadReady(options.target);
    if (!cluster) return cluster.failure();
    const NodeSpec* node = cluster->spec.Find(options.node);
    if (node == nullptr) {
        return Failure(
            fmt::format("cluster '{}' has no node '{}'", cluster->spec.name, options.node),
            "it has: " + NodeNames(cluster->spec), ExitCode::kNotFound);
    }
    if (Done runs = CheckRuns(*cluster, *node, options.target); !runs) return runs.failure();
    // The environment and not the command line, so that every option of psql still counts.
    const Address address = cluster->AddressOf(*node);
    setenv("PGHOST", address.host.c_str(), 1);
    setenv("PGPORT", std::to_string(address.port).c_str(), 1);
    setenv("PGUSER", address.user.c_str(), 1);
    setenv("PGPASSFILE", address.passfile.c_str(), 1);
    setenv("PGDATABASE", address.database.c_str(), 1);

    const std::string program = cluster->spec.bindir + "/psql";
    std::vector<char*> arguments{const_cast<char*>(program.c_str())};
    for (const std::string& argument : options.arguments) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    execv(program.c_str(), arguments.data());
    return Failure(SystemError("cannot run " + program, errno),
                   "install the client: apt-get install postgresql-client-15",
                   ExitCode::kConfiguration);
}

}  // namespace pgspan::control
