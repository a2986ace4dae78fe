// Result<T>: a value, or an Error that says what failed, why, and what to do next.
// For the pure rooms and the control plane; PostgreSQL rooms report by ereport instead.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace pgspan {

struct Error {
    std::string message;  // what failed and why, one line
    std::string hint;     // what to do next; may be empty
};

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
    Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const { return std::holds_alternative<T>(state_); }
    explicit operator bool() const { return ok(); }

    // Precondition of both: ok().
    T& value() { return std::get<T>(state_); }
    const T& value() const { return std::get<T>(state_); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    // Precondition: !ok().
    [[nodiscard]] const Error& error() const { return std::get<Error>(state_); }

  private:
    std::variant<T, Error> state_;
};

// The result of work that yields nothing but success or an error.
using Status = Result<std::monostate>;
inline Status Ok() {
    return Status(std::monostate{});
}

}  // namespace pgspan
