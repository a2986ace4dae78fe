// Outcome<T>: what work of the control plane ends with: a value, or a Failure, which is an Error
// (what failed and why; what to do next) together with the exit code that the program then ends
// with. Pure rooms return Result<T>; its Error converts to a Failure of the general kind.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "common/result.h"

namespace pgspan::control {

// The exit codes of the program: a stable contract, documented in docs/control.md.
enum class ExitCode {
    kOk = 0,
    kFailure = 1,
    kUsage = 2,          // the command line itself is wrong
    kConfiguration = 3,  // the machine or its configuration lacks something
    kNotFound = 4,       // there is no such cluster or node
    kRefused = 5,        // it could be done, but would harm something
    kTimedOut = 6,
    kDegraded = 7,  // status: not every node is well
    kStopped = 9,   // status: the whole cluster was stopped, and nothing is wrong
    kInterrupted = 130,
};

struct Failure {
    std::string message;  // what failed and why
    std::string hint;     // what to do next; may be empty
    ExitCode code = ExitCode::kFailure;

    Failure(std::string what, std::string next, ExitCode exit_code = ExitCode::kFailure)
        : message(std::move(what)), hint(std::move(next)), code(exit_code) {}
    Failure(Error error)  // NOLINT(google-explicit-constructor)
        : message(std::move(error.message)), hint(std::move(error.hint)) {}
};

// "what: <the system's text for number>"; the number is an errno.
std::string SystemError(const std::string& what, int number);

template <typename T>
class [[nodiscard]] Outcome {
  public:
    Outcome(T value) : state_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
    Outcome(Failure failure) : state_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return std::holds_alternative<T>(state_); }
    explicit operator bool() const { return ok(); }

    // Precondition of these: ok().
    T& operator*() { return std::get<T>(state_); }
    const T& operator*() const { return std::get<T>(state_); }
    T* operator->() { return &std::get<T>(state_); }
    const T* operator->() const { return &std::get<T>(state_); }

    // Precondition: !ok().
    [[nodiscard]] const Failure& failure() const { return std::get<Failure>(state_); }

  private:
    std::variant<T, Failure> state_;
};

using Done = Outcome<std::monostate>;
inline Done Success() {
    return Done(std::monostate{});
}

}  // namespace pgspan::control
