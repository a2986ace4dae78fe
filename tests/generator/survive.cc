// survive [--seconds N] [FILE]: runs the statements of a file (or of standard input) on the
// cluster, each in a transaction that is rolled back, until the time is over. What they answer does
// not matter; a lost session, a hang, and an internal error (SQLSTATE XX000) where one PostgreSQL
// has none are findings. Meant for statements of foreign make (tests/hunt sqlsmith). Statements
// that call functions with effects beyond their transaction are left out.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "tests/harness/servers.h"
#include "tests/harness/schema_session.h"
#include "tests/runner/comparison.h"

namespace pgspan::test {
namespace {

constexpr const char* kSettings = "SET statement_timeout = '5s'";

constexpr std::array kLeftOut = {
    "pg_terminate_backend",
    "pg_cancel_backend",
    "pg_reload_conf",
    "pg_rotate_logfile",
    "pg_promote",
    "pg_wal_replay",
    "pg_switch_wal",
    "pg_backup_",
    "_slot",
    "pg_replication",
    "pg_logical",
    "lo_",
    "pg_read_",
    "pg_ls_",
    "pg_sleep",
    "pg_stat_reset",
    "advisory",
    "binary_upgrade",
    "set_config",
    "setval",
    "pg_export_snapshot",
    "pg_notify",
    "pg_log_backend",
    "pg_import_system",
    "pg_create_restore",
    "pg_stat_statements",
    "_to_xml",
    // What raises internal errors by itself, on rows that are chosen by chance.
    "pg_stop_making_pinned_objects",
    "typmodout",
};

bool IsLeftOut(const std::string& statement) {
    for (const char* name : kLeftOut) {
        if (statement.find(name) != std::string::npos) return true;
    }
    return false;
}

// At semicolons that end lines: sqlsmith does not quote names, so that quotes cannot be relied on.
std::vector<std::string> Split(const std::string& text) {
    std::vector<std::string> statements;
    size_t start = 0;
    for (size_t end = text.find(";\n"); end != std::string::npos; end = text.find(";\n", start)) {
        statements.push_back(text.substr(start, end - start));
        start = end + 2;
    }
    return statements;
}

struct Tally {
    int run = 0;
    int left_out = 0;
    int findings = 0;
    std::map<std::string, int> states;  // how often each SQLSTATE came; "" for answers
};

Answer RunAndForget(SchemaSession& side, const std::string& sql) {
    side.Run("BEGIN");
    Answer answer = side.Run(sql);
    side.Run("ROLLBACK");
    return answer;
}

// Nothing, or what is wrong with the answer.
std::string Fault(const Answer& cluster, SchemaSession& truth, const std::string& sql) {
    if (cluster.kind == AnswerKind::kLost || cluster.kind == AnswerKind::kTimeout) {
        return Describe(cluster, 0);
    }
    if (cluster.sqlstate != "XX000") return "";
    // Functions that raise internal errors for odd arguments raise them on one PostgreSQL as well,
    // if it takes the same rows: all of them, where a sample has taken others.
    static const std::regex kSample(R"(tablesample\s+\w+\s*\([^)]*\))", std::regex::icase);
    for (const std::string& asked : {sql, std::regex_replace(sql, kSample, "")}) {
        const Answer expected = RunAndForget(truth, asked);
        truth.ReopenIfBroken();
        if (expected.sqlstate == "XX000") return "";
    }
    return Describe(cluster, 0);
}

int Main(int count, char** arguments) {
    int seconds = 0;
    std::string file;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (argument == "--seconds" && i + 1 < count) {
            seconds = std::atoi(arguments[++i]);
        } else {
            file = argument;
        }
    }
    std::ostringstream text;
    if (file.empty()) {
        text << std::cin.rdbuf();
    } else {
        text << std::ifstream(file).rdbuf();
    }
    const std::vector<std::string> statements = Split(text.str());
    if (statements.empty()) {
        std::printf("no statements\n");
        return 2;
    }
    SchemaSession truth(TruthConninfo(), "survive", kSettings);
    SchemaSession cluster(ClusterConninfo(), "survive", kSettings);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    Tally tally;
    for (const std::string& statement : statements) {
        if (seconds > 0 && std::chrono::steady_clock::now() > end) break;
        if (IsLeftOut(statement)) {
            ++tally.left_out;
            continue;
        }
        ++tally.run;
        const Answer answer = RunAndForget(cluster, statement);
        ++tally.states[answer.sqlstate];
        const std::string fault = Fault(answer, truth, statement);
        if (fault.empty()) continue;
        ++tally.findings;
        std::printf("-- finding: %s\n%s;\n", fault.c_str(), statement.c_str());
        std::fflush(stdout);
        cluster.ReopenIfBroken();
    }
    for (const auto& [state, times] : tally.states) {
        std::printf("%6dx %s\n", times, state.empty() ? "answered" : state.c_str());
    }
    std::printf("%d statements, %d left out, %d findings\n", tally.run, tally.left_out,
                tally.findings);
    return tally.findings == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pgspan::test

// NOLINTNEXTLINE(bugprone-exception-escape): an exception ends the run, as it should
int main(int count, char** arguments) {
    return pgspan::test::Main(count, arguments);
}
