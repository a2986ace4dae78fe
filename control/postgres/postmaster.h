// Postmaster: the running server process of one data folder, found by what the kernel knows and not
// by the file postmaster.pid alone, which outlives a killed server and may name a stranger's
// process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "control/outcome.h"
#include "control/process/account.h"
#include "control/process/file_descriptor.h"
#include "control/process/wait.h"

namespace pgspan::control {

struct Postmaster {
    pid_t id = 0;
    FileDescriptor process;  // of the kernel's (pidfd): signals reach this process or none
    bool ready = false;      // it said so; whether it answers is another question

    // Sends the signal. A process that has just ended is no error.
    Done Signal(int signal) const;
};

struct ServerState {
    std::optional<Postmaster> postmaster;
    bool left_behind =
        false;  // postmaster.pid is there, its server is not: it was killed or crashed
};

// Precondition: data_folder is the real path (no links) of an existing folder.
Outcome<ServerState> FindServer(const std::string& data_folder);

// Waits until no process works in the data folder, those included that outlive a killed postmaster
// for a moment. After `patience` the latter are told to quit: they cannot commit any more.
Done WaitForEmptyFolder(const std::string& data_folder, std::chrono::milliseconds patience,
                        const WaitLimit& limit);

// Makes a data folder ready for a new server: waits as above, then removes the postmaster.pid of a
// killed one. PostgreSQL itself does so only if nothing has that process id any more, and so would
// not start where a stranger has it, or where nobody reaps the dead (in a container without init).
Done ClearForStart(const std::string& data_folder, std::chrono::milliseconds patience,
                   const WaitLimit& limit);

}  // namespace pgspan::control
