// differential [--truth-only] [--counts FILE] FILE.sql...
//
// Runs every statement of the files on one PostgreSQL (the truth) and on the cluster, in one
// session and one schema per file, and compares the answers: rows (a multiset unless ORDER BY
// stands at the top level), names and types of columns, command tags with their counts, SQLSTATEs.
// A statement that hangs and a session that breaks are differences. The files are plain SQL;
// directives in comments before a statement say what plain SQL cannot:
//
//   -- @cluster SQL              run on the cluster only; must succeed
//   -- @cluster-error STATE SQL  run on the cluster only; must fail with this SQLSTATE
//   -- @error STATE              PostgreSQL too answers with this SQLSTATE (no other error may
//   occur)
//   -- @expect STATE why         a known gap: the cluster answers with this SQLSTATE though
//   PostgreSQL
//                                succeeds; fails as soon as the gap has closed
//   -- @ordered, -- @unordered   overrule the search for ORDER BY
//   -- @approximate              floats may differ in their last digits
//   -- @bind a|b|\N              send with these parameters over the extended protocol
//
// --truth-only runs the files on the truth alone and also lists queries that return no row: for
// authors who check that their statements mean what they think.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "tests/harness/servers.h"
#include "tests/harness/schema_session.h"
#include "tests/runner/comparison.h"
#include "tests/runner/splitter.h"

namespace pgspan::test {
namespace {

// What decides about answers and has to be the same on both sides.
constexpr const char* kSettingsThatMatter =
    "SELECT name, setting FROM pg_settings WHERE name IN ('server_version', 'server_encoding', "
    "'lc_collate', 'lc_ctype', 'TimeZone', 'DateStyle', 'IntervalStyle', 'extra_float_digits', "
    "'bytea_output', 'standard_conforming_strings', 'default_text_search_config') "
    "UNION ALL SELECT 'collation', datcollate FROM pg_database WHERE datname = current_database() "
    "ORDER BY 1";

struct Plan {  // what the directives before a statement ask for
    std::string error;
    std::string gap;
    Comparison comparison;
    bool bound = false;
    std::vector<Value> parameters;
};

std::string FirstWord(const std::string& text) {
    return text.substr(0, text.find(' '));
}

std::vector<Value> ParseParameters(const std::string& text) {
    std::vector<Value> parameters;
    std::istringstream in(text);
    for (std::string value; std::getline(in, value, '|');) {
        parameters.push_back(value == "\\N" ? Value() : Value(value));
    }
    return parameters;
}

struct Tally {
    int statements = 0;
    int equal = 0;
    int gaps = 0;
    int failures = 0;

    void operator+=(const Tally& other) {
        statements += other.statements;
        equal += other.equal;
        gaps += other.gaps;
        failures += other.failures;
    }
};

Answer RunOn(SchemaSession& side, const Statement& statement, const Plan& plan) {
    return plan.bound ? side.RunWithParameters(statement.text, plan.parameters)
                      : side.Run(statement.text, statement.copy_data);
}

class FileRun {
  public:
    FileRun(std::string path, bool truth_only) : path_(std::move(path)), truth_only_(truth_only) {}

    Tally Run() {
        std::ifstream in(path_);
        std::ostringstream text;
        text << in.rdbuf();
        if (!in) return Broken("cannot be read");
        Result<std::vector<Statement>> statements = SplitStatements(text.str());
        if (!statements) return Broken(statements.error().message);
        if (statements->empty()) return Broken("holds no statement");
        const std::string schema = "diff_" + std::filesystem::path(path_).stem().string();
        truth_.emplace(TruthConninfo(), schema);
        if (!truth_only_) cluster_.emplace(ClusterConninfo(), schema);
        for (const Statement& statement : *statements) {
            if (std::optional<Plan> plan = ReadDirectives(statement)) RunOne(statement, *plan);
        }
        return tally_;
    }

  private:
    Tally Broken(const std::string& why) {
        Fail(0, "", why + "\n");
        return tally_;
    }

    void Fail(int line, const std::string& sql, const std::string& why) {
        ++tally_.failures;
        std::printf("%s:%d: %s\n%s", path_.c_str(), line, sql.substr(0, 400).c_str(), why.c_str());
        if (!why.ends_with('\n')) std::printf("\n");
        std::fflush(stdout);
    }

    // Runs what is for the cluster only; returns what the others ask for, nothing when there is no
    // statement to run.
    std::optional<Plan> ReadDirectives(const Statement& statement) {
        Plan plan;
        plan.comparison.ordered = OrderedAtTopLevel(statement.text);
        for (const Directive& directive : statement.directives) {
            const std::string& argument = directive.argument;
            if (directive.word == "cluster") {
                RunOnCluster(directive.line, argument, "");
            } else if (directive.word == "cluster-error") {
                const std::string state = FirstWord(argument);
                RunOnCluster(directive.line, argument.substr(state.size()), state);
            } else if (directive.word == "error") {
                plan.error = FirstWord(argument);
            } else if (directive.word == "expect") {
                plan.gap = FirstWord(argument);
            } else if (directive.word == "ordered") {
                plan.comparison.ordered = true;
            } else if (directive.word == "unordered") {
                plan.comparison.ordered = false;
            } else if (directive.word == "approximate") {
                plan.comparison.approximate = true;
            } else if (directive.word == "bind") {
                plan.bound = true;
                plan.parameters = ParseParameters(argument);
            } else {
                Fail(directive.line, "-- @" + directive.word, "no such directive");
            }
        }
        if (statement.text.empty()) return std::nullopt;
        return plan;
    }

    void RunOnCluster(int line, const std::string& sql, const std::string& state) {
        if (!cluster_) return;
        ++tally_.statements;
        const Answer answer = cluster_->Run(sql);
        if (state.empty() ? answer.ok() : answer.sqlstate == state) {
            ++tally_.equal;
        } else {
            Fail(line, sql,
                 "  on the cluster " + (state.empty() ? "" : "SQLSTATE " + state + " expected: ") +
                     Describe(answer, 1));
            cluster_->ReopenIfBroken();
        }
    }

    void RunOne(const Statement& statement, const Plan& plan) {
        ++tally_.statements;
        if (truth_only_ && plan.gap.empty()) {
            const Answer truth = RunOn(*truth_, statement, plan);
            if (CheckTruth(statement, plan, truth)) ++tally_.equal;
            if (truth.kind == AnswerKind::kRows && truth.rows.empty()) {
                std::printf("%s:%d: no rows: %s\n", path_.c_str(), statement.line,
                            statement.text.c_str());
            }
        } else if (!plan.gap.empty()) {
            RunGap(statement, plan);
        } else {
            const Answer truth = RunOn(*truth_, statement, plan);
            const Answer cluster = RunOn(*cluster_, statement, plan);
            if (!CheckTruth(statement, plan, truth)) return;
            const std::string difference = Difference(truth, cluster, plan.comparison);
            if (difference.empty()) {
                ++tally_.equal;
            } else {
                Fail(statement.line, statement.text, difference);
                cluster_->ReopenIfBroken();
            }
        }
    }

    // The corpus itself must be right: PostgreSQL fails only where the author said so.
    bool CheckTruth(const Statement& statement, const Plan& plan, const Answer& truth) {
        if (plan.error.empty() ? truth.ok() : truth.sqlstate == plan.error) return true;
        Fail(statement.line, statement.text,
             "  PostgreSQL itself answers " + Describe(truth, 1) +
                 (plan.error.empty() ? "" : " instead of SQLSTATE " + plan.error));
        return false;
    }

    // A known gap: the truth has to succeed, without effect, so that both sides keep the same rows.
    void RunGap(const Statement& statement, const Plan& plan) {
        const bool inside = truth_->in_transaction();
        truth_->Run(inside ? "SAVEPOINT gap" : "BEGIN");
        const Answer truth = RunOn(*truth_, statement, plan);
        truth_->Run(inside ? "ROLLBACK TO SAVEPOINT gap" : "ROLLBACK");
        // 25001: not in a transaction block, as VACUUM; it has no effect on rows.
        if (!truth.ok() && truth.sqlstate != "25001") {
            CheckTruth(statement, plan, truth);
            return;
        }
        if (truth_only_) {
            ++tally_.gaps;
            return;
        }
        if (inside) cluster_->Run("SAVEPOINT gap");
        const Answer cluster = RunOn(*cluster_, statement, plan);
        if (inside) cluster_->Run("ROLLBACK TO SAVEPOINT gap");
        if (cluster.sqlstate == plan.gap) {
            ++tally_.gaps;
            std::printf("gap %s:%d: %s\n", path_.c_str(), statement.line, cluster.message.c_str());
        } else {
            Fail(statement.line, statement.text,
                 cluster.ok() ? "  the gap has closed: remove its @expect"
                              : "  a gap with SQLSTATE " + plan.gap +
                                    " is known, but: " + Describe(cluster, 1));
            if (cluster.ok() && !inside) RunOn(*truth_, statement, plan);
            cluster_->ReopenIfBroken();
        }
    }

    std::string path_;
    bool truth_only_;
    std::optional<SchemaSession> truth_;
    std::optional<SchemaSession> cluster_;
    Tally tally_;
};

bool SameSettings() {
    Session truth = OpenTruth();
    Session cluster = OpenCluster();
    const std::string difference =
        Difference(truth.Run(kSettingsThatMatter), cluster.Run(kSettingsThatMatter), {});
    if (!difference.empty()) std::printf("settings differ:\n%s", difference.c_str());
    return difference.empty();
}

int Main(int count, char** arguments) {
    bool truth_only = false;
    std::string counts;
    std::vector<std::string> files;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (argument == "--truth-only") {
            truth_only = true;
        } else if (argument == "--counts" && i + 1 < count) {
            counts = arguments[++i];
        } else {
            files.push_back(argument);
        }
    }
    if (files.empty()) {
        std::fprintf(stderr, "usage: differential [--truth-only] [--counts FILE] FILE.sql...\n");
        return 2;
    }
    Tally total;
    if (!truth_only && !SameSettings()) ++total.failures;
    for (const std::string& file : files) {
        const Tally tally = FileRun(file, truth_only).Run();
        std::printf("%s: %d statements, %d equal, %d gaps, %d failures\n", file.c_str(),
                    tally.statements, tally.equal, tally.gaps, tally.failures);
        std::fflush(stdout);
        total += tally;
    }
    std::printf("%d statements, %d equal, %d gaps, %d failures\n", total.statements, total.equal,
                total.gaps, total.failures);
    if (!counts.empty()) {
        std::ofstream(counts) << total.equal << " " << total.failures << " " << total.gaps << "\n";
    }
    return total.failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pgspan::test

// NOLINTNEXTLINE(bugprone-exception-escape): an exception ends the run, as it should
int main(int count, char** arguments) {
    return pgspan::test::Main(count, arguments);
}
