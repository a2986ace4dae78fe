// Starting and stopping the nodes of a cluster, all at the same time.
// Every function here expects its caller to hold the cluster's lock (LockFolder).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "control/cluster/cluster.h"
#include "control/process/wait.h"

namespace pgspan::control {

// Told one line about what is being done; printed for the user.
using Progress = std::function<void(const std::string& line)>;

enum class Unfinished {
    kLeave,  // a server that is not ready in time goes on starting: it may be recovering
    kKill,   // it is killed: its cluster will be removed
};

// Starts the nodes that do not run, and waits until all accept connections. Returns the names of
// those that it started. When a node ends instead, the Failure quotes its last words; the other
// nodes go on running.
Outcome<std::vector<std::string>> StartNodes(const Cluster& cluster, Unfinished unfinished,
                                             const Progress& progress, const WaitLimit& limit);

enum class StopMode {
    kFast,       // sessions are ended, then a checkpoint is written
    kImmediate,  // at once, as if the power failed; the next start recovers
};

// Stops the nodes that run and waits until their last process is gone. Returns the names of those
// that it stopped.
Outcome<std::vector<std::string>> StopNodes(const Cluster& cluster, StopMode mode,
                                            const Progress& progress, const WaitLimit& limit);

// A Failure (kRefused) that names a port and, where it can be told, what to do, if any of the ports
// of the nodes is in use.
Done CheckPortsAreFree(const std::vector<NodeSpec>& nodes);

}  // namespace pgspan::control
