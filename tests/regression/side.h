// One of the two servers on which PostgreSQL's regression scripts run: a session as pg_regress
// makes it, and the variables that psql would hold.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "tests/harness/session.h"
#include "tests/runner/splitter.h"

namespace pgspan::test {

class Side {
  public:
    // `variables`: what the scripts read by \getenv.
    Side(std::string conninfo, std::map<std::string, std::string> environment);

    // A new session, with no variables: the start of a script.
    void StartScript();
    // A new session as another user, or the same (nothing).
    void Reconnect(const std::string& user);

    // Runs a statement with variables put in; a psql command that ends it (\gset, \gexec) is
    // obeyed.
    Answer Run(const Statement& statement);
    Answer RunText(const std::string& sql);
    // Obeys a psql command that stands alone and changes variables or the session. Others are
    // ignored: they only print.
    void Obey(const std::string& command);

    [[nodiscard]] std::optional<std::string> Variable(const std::string& name) const;
    [[nodiscard]] bool open() const { return session_ && session_->open(); }
    [[nodiscard]] bool in_transaction() const { return session_->in_transaction(); }

  private:
    void Open();
    void StoreRow(const Answer& answer, const std::string& prefix);

    std::string conninfo_;
    std::map<std::string, std::string> environment_;
    std::map<std::string, std::string> variables_;
    std::optional<Session> session_;
};

}  // namespace pgspan::test
