// A program that a test runs: what it writes can be read while it runs, it can be signalled, and it
// never outlives the test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace pgspan::test {

// How a program ended, and all that it wrote.
struct Ended {
    int code = -1;  // 128 + N for signal N; -1: it had to be killed at the deadline
    std::string out;
    std::string err;
};

class Program {
  public:
    // Runs arguments[0] (searched in PATH) with no other environment than this one and no input.
    // Its output goes to the files PREFIX.out and PREFIX.err. Aborts the test program when it
    // cannot even be started.
    static Program Start(const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& environment,
                         const std::string& prefix);

    Program(Program&& other) noexcept;
    Program& operator=(Program&& other) = delete;
    ~Program();

    [[nodiscard]] pid_t id() const { return id_; }
    [[nodiscard]] std::string out() const;
    [[nodiscard]] std::string err() const;
    [[nodiscard]] bool Runs();
    void Signal(int signal) const;

    // Waits until it has ended; kills it at the deadline.
    Ended Wait(std::chrono::milliseconds deadline = std::chrono::seconds(60));

  private:
    Program(pid_t id, std::string prefix) : id_(id), prefix_(std::move(prefix)) {}

    pid_t id_;        // -1: moved from
    int status_ = 0;  // of waitpid
    bool ended_ = false;
    std::string prefix_;
};

// The whole file; "" when it is not there.
std::string TextOf(const std::string& path);

}  // namespace pgspan::test
