// One session on a server, over libpq. Every statement has a deadline: nothing here can hang.
// Used by the differential runner and by the tests that need a running cluster.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "common/result.h"
#include "tests/harness/answer.h"

namespace pgspan::test {

class Session {
  public:
    // conninfo: a libpq connection string; it should carry no secrets but name a passfile.
    static Result<Session> Open(const std::string& conninfo);

    // Runs one statement and waits for its answer. copy_data is what COPY FROM STDIN reads.
    // After kLost and kTimeout the session is closed, and every further call answers kLost.
    Answer Run(const std::string& sql, std::string_view copy_data = {});
    // The same over the extended protocol, with parameters in text format.
    Answer RunWithParameters(const std::string& sql, const std::vector<Value>& parameters);

    // Several statements as one pipeline that ends with one Sync: one transaction, unless it says
    // otherwise. What follows a failed one is answered by an error without SQLSTATE.
    std::vector<Answer> RunPipeline(const std::vector<std::string>& statements);

    // Sends a statement and does not wait: for tests that cancel or kill in the middle.
    bool Send(const std::string& sql);
    Answer Wait();
    // For answers larger than memory: rows, or the lines of COPY TO STDOUT, come one by one.
    // Nothing is read from the server but by NextRow, which gives the size of a row in bytes, or
    // nothing when there are no more: Wait then tells how the statement ended.
    bool SendStreaming(const std::string& sql);
    std::optional<size_t> NextRow();
    // Asks the server to stop the running statement, as Ctrl-C in psql does.
    bool Cancel();

    [[nodiscard]] int backend_pid() const { return PQbackendPID(connection_.get()); }
    [[nodiscard]] bool open() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
    [[nodiscard]] bool in_transaction() const;
    void set_deadline(std::chrono::milliseconds deadline) { deadline_ms_ = deadline; }

  private:
    struct Closer {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    explicit Session(PGconn* connection) : connection_(connection) {}
    Answer Collect(std::string_view copy_data);
    std::optional<size_t> NextLine();
    bool WaitReadable(std::chrono::steady_clock::time_point end);
    Answer Lost();
    Answer TimedOut();

    std::unique_ptr<PGconn, Closer> connection_;
    std::optional<Answer> ended_;  // how the rows of NextRow have ended
    bool copying_out_ = false;
    std::chrono::milliseconds deadline_ms_{60'000};
};

}  // namespace pgspan::test
