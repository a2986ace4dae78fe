// One of the two servers whose answers are compared: a session in a schema of its own, which is
// made anew, and a second one that names the types of columns. Nothing here hangs: statements have
// a time limit on the server, and a deadline here. Used by the differential runner and the
// generator.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/harness/session.h"

namespace pgspan::test {

class SchemaSession {
  public:
    // settings: SQL that every session of this side begins with. Ends the program when the server
    // cannot be reached.
    SchemaSession(std::string conninfo, std::string schema, std::string settings = "");

    Answer Run(const std::string& sql, std::string_view copy_data = {}) {
        return Named(session_.Run(sql, copy_data));
    }
    Answer RunWithParameters(const std::string& sql, const std::vector<Value>& parameters) {
        return Named(session_.RunWithParameters(sql, parameters));
    }
    // In a session of its own in the same schema (this one's transaction may have failed), after
    // `before`. Types of columns have no names.
    [[nodiscard]] Answer RunApart(const std::string& before, const std::string& sql) const;
    [[nodiscard]] bool in_transaction() const { return session_.in_transaction(); }

    // An empty schema of the same name.
    void MakeSchemaAnew();
    // After a broken session: a new one in the same schema, so that the run can go on.
    void ReopenIfBroken();
    // A new session in the same schema, whatever the old one was in the middle of.
    void Reopen();

  private:
    void Enter();
    void Enter(Session& session) const;
    Answer Named(Answer answer);
    std::string TypeName(const Column& column);

    std::string conninfo_;
    std::string schema_;
    std::string settings_;
    Session session_;
    Session names_;
    std::map<std::pair<unsigned, int>, std::string> type_names_;
};

}  // namespace pgspan::test
