#include "tests/harness/schema_session.h"

#include <cstdio>
#include <cstdlib>

#include "tests/harness/servers.h"
#include "tests/harness/wait.h"
#include "tests/runner/comparison.h"

namespace pgspan::test {
namespace {

constexpr const char* kSessionSettings =
    "SET statement_timeout = '30s'; SET lock_timeout = '20s'; SET client_min_messages = warning";
constexpr std::chrono::milliseconds kDeadlineMs{45'000};

void Must(Session& session, const std::string& sql) {
    const Answer answer = session.Run(sql);
    if (answer.ok()) return;
    std::printf("cannot prepare a session: %s: %s\n", sql.c_str(), Describe(answer, 0).c_str());
    std::exit(1);
}

}  // namespace

SchemaSession::SchemaSession(std::string conninfo, std::string schema, std::string settings)
    : conninfo_(std::move(conninfo)),
      schema_(std::move(schema)),
      settings_(std::move(settings)),
      session_(OpenOrDie(conninfo_)),
      names_(OpenOrDie(conninfo_)) {
    Enter();
    MakeSchemaAnew();
}

void SchemaSession::MakeSchemaAnew() {
    Must(session_, "DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
    Must(session_, "CREATE SCHEMA " + schema_);
    type_names_.clear();
}

void SchemaSession::ReopenIfBroken() {
    if (!session_.open()) Reopen();
}

void SchemaSession::Reopen() {
    // A server that has just crashed may still let somebody in and throw them out again.
    const bool back = Eventually(std::chrono::seconds(60), [&] {
        Result<Session> session = Session::Open(conninfo_);
        Result<Session> names = Session::Open(conninfo_);
        if (!session || !names || !session->Run("SELECT 1").ok()) return false;
        session_ = std::move(*session);
        names_ = std::move(*names);
        return true;
    });
    if (!back) {
        std::printf("a server does not come back\n");
        std::exit(1);
    }
    Enter();
}

void SchemaSession::Enter() {
    Enter(session_);
    Must(names_, "SET search_path = " + schema_ + ", public");
}

void SchemaSession::Enter(Session& session) const {
    session.set_deadline(kDeadlineMs);
    Must(session, kSessionSettings);
    Must(session, "SET search_path = " + schema_ + ", public");
    if (!settings_.empty()) Must(session, settings_);
}

Answer SchemaSession::RunApart(const std::string& before, const std::string& sql) const {
    Session session = OpenOrDie(conninfo_);
    Enter(session);
    session.Run(before);
    return session.Run(sql);
}

Answer SchemaSession::Named(Answer answer) {
    for (Column& column : answer.columns) column.type_name = TypeName(column);
    return answer;
}

// Types made inside a transaction that has not committed are invisible to the second session;
// they share one name.
std::string SchemaSession::TypeName(const Column& column) {
    std::string& name = type_names_[{column.type_oid, column.type_modifier}];
    if (name.empty()) {
        const Answer answer = names_.Run("SELECT format_type(" + std::to_string(column.type_oid) +
                                         ", " + std::to_string(column.type_modifier) + ")");
        name = answer.ok() && answer.rows[0][0] ? *answer.rows[0][0] : "???";
        if (name == "???") {
            type_names_.erase({column.type_oid, column.type_modifier});
            return "???";
        }
    }
    return name;
}

}  // namespace pgspan::test
