// How the control plane waits: always for a condition of the kernel (a process that ended, a socket
// that became ready), never longer than a limit, and, where work must be undone when the user loses
// patience, no longer than until SIGINT or SIGTERM.
#pragma once

#include <poll.h>

#include <chrono>
#include <string>
#include <vector>

#include "control/outcome.h"
#include "control/process/file_descriptor.h"

namespace pgspan::control {

// Turns SIGINT, SIGTERM and SIGHUP from sudden death into a condition to wait for, from its
// construction to the end of the program: the signals stay blocked, so that work that undoes
// something is not cut short by a second Ctrl-C. SIGPIPE is ignored, so that neither is it cut
// short when nobody reads its progress any more. Children get their signals back (Process does it).
class Interruption {
  public:
    static Outcome<Interruption> Watch();

    // True from the first of the signals on.
    [[nodiscard]] bool Pending() const;
    [[nodiscard]] int descriptor() const { return descriptor_.get(); }

  private:
    explicit Interruption(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
    FileDescriptor descriptor_;
};

struct WaitLimit {
    std::chrono::steady_clock::time_point deadline;
    const Interruption* interruption = nullptr;  // not owned; null: signals do not end the wait

    static WaitLimit In(std::chrono::milliseconds time,
                        const Interruption* interruption = nullptr) {
        return {std::chrono::steady_clock::now() + time, interruption};
    }
};

enum class WaitEnd { kReady, kPaused, kTimedOut, kInterrupted };

// Waits until one of the descriptors is ready (their revents tell which), the limit is reached, or
// `pause` has passed (kPaused: for conditions that no descriptor announces, and for progress).
WaitEnd Wait(std::vector<pollfd>& descriptors, const WaitLimit& limit,
             std::chrono::milliseconds pause = std::chrono::hours(1));

// The failure that a wait for `what` ends with.
// Precondition: end is kTimedOut or kInterrupted.
Failure WaitFailure(WaitEnd end, const std::string& what, const std::string& hint);

}  // namespace pgspan::control
