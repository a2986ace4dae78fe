// Process: a program that was started as the server's account, and how to wait for it.
//
// A program runs in a session of its own, so that a Ctrl-C at the terminal reaches only pgspan,
// which then decides what to end. A Process that is destroyed while its program runs kills the
// program and what it started, unless Detach() was called.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "control/outcome.h"
#include "control/process/account.h"
#include "control/process/file_descriptor.h"
#include "control/process/wait.h"

namespace pgspan::control {

struct Program {
    std::vector<std::string> arguments;  // the first is the path of the executable
    std::string folder = "/";            // its working folder
    std::string output_file;             // truncated, and written by the program; "": captured
    bool outlives_us = false;  // else it is killed when this process dies, however it dies
};

class Process {
  public:
    // Fails also when the executable cannot be run by the account.
    static Outcome<Process> Start(const Program& program, const Account& account);

    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();

    [[nodiscard]] pid_t id() const { return id_; }
    [[nodiscard]] int descriptor() const { return ended_.get(); }  // readable: it has ended

    // True once the program has ended; reaps it. Takes what it has written meanwhile.
    bool Poll();

    // Waits for the end of the program.
    Done WaitForEnd(const WaitLimit& limit);

    // Asks the program to end in order (SIGTERM); it has not ended yet when this returns. What it
    // started is not asked: it is the program's to end, and may outlive it by a little.
    void AskToEnd() const;

    // Waits for the end of the program and of what it started: of all that hold its output. Once
    // the limit is reached, the destructor kills them as it does a program that runs.
    // Precondition: the output is captured, and nothing waited for the program before.
    Done WaitForEndOfAll(const WaitLimit& limit);

    // Precondition of these: Poll() or WaitForEnd() said that it has ended.
    [[nodiscard]] bool Succeeded() const;
    [[nodiscard]] std::string HowItEnded() const;  // "exit code 1", "signal 9"

    [[nodiscard]] const std::string& output() const { return output_; }

    // The program outlives this object and this process.
    void Detach();

  private:
    Process(pid_t id, FileDescriptor ended, FileDescriptor output)
        : id_(id), ended_(std::move(ended)), output_pipe_(std::move(output)) {}
    [[nodiscard]] Failure Unended(WaitEnd end) const;
    void TakeOutput();
    void KillIfRunning();

    std::string name_;
    pid_t id_ = -1;  // -1: reaped, detached or moved from
    int status_ = 0;
    FileDescriptor ended_;
    FileDescriptor output_pipe_;
    std::string output_;
};

// Starts a program, waits for it, and returns what it wrote. A program that fails is a Failure that
// quotes what it wrote.
Outcome<std::string> Run(const Program& program, const Account& account, const WaitLimit& limit);

}  // namespace pgspan::control
