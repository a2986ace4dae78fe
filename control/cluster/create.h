// Making a cluster from nothing, and removing one.
#pragma once

#include <string>

#include "control/cluster/cluster.h"
#include "control/cluster/run.h"
#include "control/process/wait.h"

namespace pgspan::control {

struct Creation {
    Place place;
    Wish wish;           // what is not said takes its default
    std::string bindir;  // as the user named it; "": see FindInstallation
};

// Makes and starts a cluster: checks everything that can be checked first; then data folders,
// servers, extension, registration of the workers. When anything fails, and when the user
// interrupts, what this call has made is stopped and removed before it returns.
Outcome<Cluster> CreateCluster(const Creation& creation, const Progress& progress,
                               const WaitLimit& limit);

// Stops what runs and removes the folder with everything in it. Precondition: the caller holds the
// cluster's lock, and the user has asked for it or the cluster never became ready.
Done RemoveCluster(const Cluster& cluster, bool and_folder, const Progress& progress,
                   const WaitLimit& limit);

}  // namespace pgspan::control
