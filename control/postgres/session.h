// Session: one connection to a node as the superuser, over libpq's asynchronous calls, so that
// every wait has a limit and ends when the user interrupts.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/outcome.h"
#include "control/process/wait.h"

struct pg_conn;
struct pg_result;

namespace pgspan::control {

using Row = std::vector<std::optional<std::string>>;

struct Address {
    std::string host;
    int port = 0;
    std::string user;
    std::string database;
    std::string passfile;
};

class Session {
  public:
    static Outcome<Session> Open(const Address& address, const WaitLimit& limit);

    // Runs one or more statements without parameters; the rows of the last one that has any.
    // A Failure carries the server's message, detail and hint.
    Outcome<std::vector<Row>> Query(const std::string& sql, const WaitLimit& limit);

    // Runs COPY ... FROM STDIN with data in the text format.
    Done CopyIn(const std::string& statement, std::string_view data, const WaitLimit& limit);

  private:
    struct Closer {
        void operator()(pg_conn* connection) const;
    };
    using Connection = std::unique_ptr<pg_conn, Closer>;
    struct ResultCloser {
        void operator()(pg_result* result) const;
    };
    using ResultPointer = std::unique_ptr<pg_result, ResultCloser>;

    Session(Connection connection, Address address)
        : connection_(std::move(connection)), address_(std::move(address)) {}
    Done WaitForSocket(short events, const WaitLimit& limit);
    Done Flush(const WaitLimit& limit);
    Outcome<ResultPointer> NextResult(const WaitLimit& limit);  // null: there is no more
    // Reads until there is no more; the first error of the server is the Failure.
    Outcome<std::vector<Row>> ReadResults(const WaitLimit& limit);
    Failure ServerFailure(const pg_result* result) const;
    Failure ConnectionFailure(const std::string& what) const;

    Connection connection_;
    Address address_;
};

}  // namespace pgspan::control
