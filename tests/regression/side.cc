#include "tests/regression/side.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

constexpr std::chrono::seconds kDeadline{90};
constexpr std::chrono::seconds kRestart{120};

// As pg_regress sets them, and a limit for what would hang.
constexpr const char* kSessionSettings =
    "SET TimeZone = 'PST8PDT'; SET DateStyle = 'Postgres, MDY'; "
    "SET IntervalStyle = 'postgres_verbose'; SET statement_timeout = '60s'; "
    "SET lock_timeout = '20s'";

constexpr unsigned kFloat4 = 700;
constexpr unsigned kFloat8 = 701;

// Words separated by spaces, quotes around a word taken away.
std::vector<std::string> Words(const std::string& command) {
    std::vector<std::string> words;
    std::string word;
    bool any = false;
    char quote = 0;
    for (const char c : command + " ") {
        if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            any = true;
        } else if (quote == 0 && c == ' ') {
            if (any || !word.empty()) words.push_back(word);
            word.clear();
            any = false;
        } else {
            word += c;
        }
    }
    return words;
}

}  // namespace

Side::Side(std::string conninfo, std::map<std::string, std::string> environment)
    : conninfo_(std::move(conninfo)), environment_(std::move(environment)) {}

void Side::Open() {
    session_.reset();
    // A server that has crashed comes back by itself.
    const bool back = Eventually(kRestart, [&] {
        Result<Session> session = Session::Open(conninfo_);
        if (session) session_.emplace(std::move(*session));
        return session_.has_value();
    });
    if (!back) {
        std::printf("a server does not come back\n");
        std::exit(1);
    }
    session_->set_deadline(kDeadline);
    session_->Run(kSessionSettings);
}

void Side::StartScript() {
    variables_.clear();
    Open();
}

void Side::Reconnect(const std::string& user) {
    Open();
    if (!user.empty()) session_->Run("SET SESSION AUTHORIZATION \"" + user + "\"");
}

std::optional<std::string> Side::Variable(const std::string& name) const {
    const auto found = variables_.find(name);
    if (found == variables_.end()) return std::nullopt;
    return found->second;
}

Answer Side::RunText(const std::string& sql) {
    Answer answer = session_->Run(sql);
    for (Column& column : answer.columns) {
        if (column.type_oid == kFloat8) column.type_name = "double precision";
        if (column.type_oid == kFloat4) column.type_name = "real";
    }
    return answer;
}

Answer Side::Run(const Statement& statement) {
    const std::string sql = SubstituteVariables(
        statement.text, [&](const std::string& name) { return Variable(name); });
    if (!statement.copy_data.empty()) return session_->Run(sql, statement.copy_data);
    Answer answer = RunText(sql);
    const std::vector<std::string> words = Words(statement.command);
    if (words.empty() || !answer.ok()) return answer;
    if (words[0] == "gset") StoreRow(answer, words.size() > 1 ? words[1] : "");
    if (words[0] == "gexec") {
        for (const Row& row : answer.rows) {
            for (const Value& value : row) {
                if (value) RunText(*value);
            }
        }
    }
    return answer;
}

void Side::StoreRow(const Answer& answer, const std::string& prefix) {
    if (answer.rows.size() != 1) return;
    for (size_t i = 0; i < answer.columns.size(); ++i) {
        const std::string name = prefix + answer.columns[i].name;
        if (answer.rows[0][i]) {
            variables_[name] = *answer.rows[0][i];
        } else {
            variables_.erase(name);
        }
    }
}

void Side::Obey(const std::string& command) {
    const std::vector<std::string> words = Words(command);
    if (words.empty()) return;
    if (words[0] == "getenv" && words.size() == 3) {
        const auto found = environment_.find(words[2]);
        if (found != environment_.end()) variables_[words[1]] = found->second;
    } else if (words[0] == "set" && words.size() >= 2) {
        std::string value;
        for (size_t i = 2; i < words.size(); ++i) {
            value += words[i].starts_with(':') ? Variable(words[i].substr(1)).value_or(words[i])
                                               : words[i];
        }
        variables_[words[1]] = value;
    } else if (words[0] == "c" || words[0] == "connect") {
        Reconnect(words.size() > 2 && words[2] != "-" ? words[2] : "");
    }
}

}  // namespace pgspan::test
