#include "control/process/wait.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace pgspan::control {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

Outcome<Interruption> Interruption::Watch() {
    sigset_t signals;
    sigemptyset(&signals);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) {
        return Failure(SystemError("cannot block signals", errno), "");
    }
    // Nor does whoever stops reading what we say (a closed terminal, `| head`).
    if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        return Failure(SystemError("cannot ignore SIGPIPE", errno), "");
    }
    FileDescriptor descriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor) return Failure(SystemError("cannot watch for signals", errno), "");
    return Interruption(std::move(descriptor));
}

bool Interruption::Pending() const {
    // The signal is never read, so it stays pending.
    pollfd entry{descriptor_.get(), POLLIN, 0};
    return poll(&entry, 1, 0) > 0;
}

WaitEnd Wait(std::vector<pollfd>& descriptors, const WaitLimit& limit, milliseconds pause) {
    const auto pause_end = steady_clock::now() + pause;
    const size_t own = descriptors.size();
    if (limit.interruption != nullptr) {
        descriptors.push_back({limit.interruption->descriptor(), POLLIN, 0});
    }
    WaitEnd end = WaitEnd::kTimedOut;
    while (true) {
        const auto now = steady_clock::now();
        const auto until = std::min(limit.deadline, pause_end);
        // Rounded up, so that the last poll does not end just before the time.
        const auto left =
            std::max(duration_cast<milliseconds>(until - now) + milliseconds(1), milliseconds(0));
        const int ready = poll(descriptors.data(), descriptors.size(),
                               now >= until ? 0 : static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR) {
            // Only a programming error (a bad descriptor, a bad size) leads here.
            end = WaitEnd::kTimedOut;
            break;
        }
        if (ready > 0) {
            const bool interrupted = descriptors.size() > own && descriptors[own].revents != 0;
            end = interrupted ? WaitEnd::kInterrupted : WaitEnd::kReady;
            break;
        }
        if (now >= limit.deadline) {
            end = WaitEnd::kTimedOut;
            break;
        }
        if (now >= pause_end) {
            end = WaitEnd::kPaused;
            break;
        }
    }
    descriptors.resize(own);
    return end;
}

Failure WaitFailure(WaitEnd end, const std::string& what, const std::string& hint) {
    if (end == WaitEnd::kInterrupted) {
        return {"interrupted while waiting for " + what, hint, ExitCode::kInterrupted};
    }
    return {"gave up waiting for " + what, hint, ExitCode::kTimedOut};
}

}  // namespace pgspan::control
