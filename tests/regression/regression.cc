// regression --source DIR --tables fixtures|all [--report FILE] [SCRIPT...]
//
// Runs PostgreSQL's own regression scripts (DIR is src/test/regress of its source) on one
// PostgreSQL and on the cluster, statement by statement, and says which share of the answers is
// equal. On the cluster the tables of test_setup, or every table as soon as it is made, are
// distributed by their first column where that is possible. Plans (EXPLAIN) and what psql itself
// prints are not compared. Needs fresh servers: scripts make roles, and build on each other.
//
// regression --reasons REPORT   the differences of a report, sorted by reasons (reasons.h)
//
// The report lists every difference. Exit code 0 unless a server broke a connection or hung.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "tests/harness/servers.h"
#include "tests/regression/reasons.h"
#include "tests/regression/side.h"
#include "tests/runner/comparison.h"

namespace pgspan::test {
namespace {

namespace fs = std::filesystem;

// What these scripts test is psql, or what needs files that only PostgreSQL's own build has.
constexpr const char* kNotRun[] = {"psql", "psql_crosstab", "create_function_c", "tablespace"};

// In the order of their making: tables that stand alone and are not distributed yet.
constexpr const char* kDistribute = R"(
CREATE SCHEMA IF NOT EXISTS regression_aid;
CREATE TABLE IF NOT EXISTS regression_aid.refused (relation text, reason text);
CREATE OR REPLACE FUNCTION regression_aid.distribute() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE t record; BEGIN
  FOR t IN SELECT c.oid, c.oid::regclass AS relation, (SELECT attname FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum LIMIT 1) AS key
             FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE relkind = 'r' AND relpersistence = 'p' AND NOT relispartition AND c.oid >= 16384
              AND c.oid > coalesce(nullif(current_setting('regression_aid.last', true), ''), '0')::oid
              AND nspname NOT IN ('regression_aid', 'pgspan', 'pgspan_data', 'information_schema')
              AND NOT EXISTS (SELECT FROM pg_dist_partition p WHERE p.logicalrelid = c.oid)
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
            ORDER BY c.oid
  LOOP
    PERFORM set_config('regression_aid.last', t.oid::text, false);
    BEGIN
      PERFORM create_distributed_table(t.relation, t.key::text);
    EXCEPTION WHEN OTHERS THEN
      INSERT INTO regression_aid.refused VALUES (t.relation::text, SQLERRM);
    END;
  END LOOP;
END $$;
GRANT USAGE ON SCHEMA regression_aid TO public)";

struct Tally {
    int statements = 0;
    int equal = 0;
    int refused = 0;  // 0A000 on the cluster only
    int different = 0;
    int broken = 0;  // lost connections, hangs

    void operator+=(const Tally& other) {
        statements += other.statements;
        equal += other.equal;
        refused += other.refused;
        different += other.different;
        broken += other.broken;
    }
};

std::string FirstWord(const std::string& text) {
    std::string word = text.substr(0, text.find_first_of(" \t\n("));
    std::transform(word.begin(), word.end(), word.begin(), ::toupper);
    return word;
}

class Scripts {
  public:
    Scripts(fs::path source, bool all_tables, std::ofstream report)
        : source_(std::move(source)),
          all_tables_(all_tables),
          report_(std::move(report)),
          truth_(TruthConninfo(), Environment()),
          cluster_(ClusterConninfo(), Environment()) {}

    Tally Run(const std::string& name) {
        std::ifstream in(source_ / "sql" / (name + ".sql"));
        std::ostringstream text;
        text << in.rdbuf();
        Result<std::vector<Statement>> statements =
            SplitStatements(text.str(), PsqlCommands::kKeep);
        if (!in || !statements) {
            std::printf("%s cannot be read: %s\n", name.c_str(),
                        in ? statements.error().message.c_str() : "no such file");
            std::exit(1);
        }
        name_ = name;
        tally_ = Tally();
        skipping_.clear();
        truth_.StartScript();
        cluster_.StartScript();
        if (all_tables_) cluster_.RunText(kDistribute);
        for (const Statement& statement : *statements) {
            if (!Step(statement)) break;
        }
        if (!all_tables_ && name == "test_setup") {
            cluster_.RunText(kDistribute);
            cluster_.RunText("SELECT regression_aid.distribute()");
        }
        return tally_;
    }

    void ListRefusedTables() {
        cluster_.StartScript();
        const Answer answer = cluster_.RunText(
            "SELECT reason, count(*), min(relation) FROM regression_aid.refused GROUP BY 1 ORDER "
            "BY "
            "2 DESC, 1");
        for (const Row& row : answer.rows) {
            report_ << "not distributed: " << *row[1] << " × " << *row[0] << " (" << *row[2]
                    << ")\n";
        }
    }

  private:
    [[nodiscard]] std::map<std::string, std::string> Environment() const {
        return {{"PG_ABS_SRCDIR", source_.string()},
                {"PG_ABS_BUILDDIR", source_.string()},
                {"PG_LIBDIR", source_.string()},
                {"PG_DLSUFFIX", ".so"}};
    }

    // False at \quit.
    bool Step(const Statement& statement) {
        if (Conditional(statement.command)) return true;
        const bool active =
            std::all_of(skipping_.begin(), skipping_.end(), [](bool skips) { return !skips; });
        if (!active) return true;
        if (statement.text.empty()) {
            if (FirstWord(statement.command).starts_with("Q")) return false;
            truth_.Obey(statement.command);
            cluster_.Obey(statement.command);
            return true;
        }
        Compare(statement);
        return true;
    }

    // \if, \elif, \else and \endif.
    bool Conditional(const std::string& command) {
        const std::string word = FirstWord(command);
        if (word == "IF") {
            const std::string name =
                command.substr(std::min(command.find(':') + 1, command.size()));
            const std::string value = truth_.Variable(name).value_or("");
            skipping_.push_back(
                !(value == "t" || value == "true" || value == "1" || value == "on"));
        } else if (word == "ELSE" || word == "ELIF") {
            if (!skipping_.empty()) skipping_.back() = !skipping_.back();
        } else if (word == "ENDIF") {
            if (!skipping_.empty()) skipping_.pop_back();
        } else {
            return false;
        }
        return true;
    }

    void Compare(const Statement& statement) {
        const Answer truth = truth_.Run(statement);
        const Answer cluster = cluster_.Run(statement);
        const std::string word = FirstWord(statement.text);
        if (word != "EXPLAIN") Count(statement, truth, cluster);
        if (!truth_.open()) truth_.Reconnect("");
        if (!cluster_.open()) cluster_.Reconnect("");
        if (all_tables_ && cluster.ok() && (word == "CREATE" || word == "SELECT") &&
            (word == "CREATE" || statement.text.find("INTO") != std::string::npos ||
             statement.text.find("into") != std::string::npos)) {
            cluster_.RunText("SELECT regression_aid.distribute()");
        }
    }

    void Count(const Statement& statement, const Answer& truth, const Answer& cluster) {
        ++tally_.statements;
        const Comparison how{OrderedAtTopLevel(statement.text), true};
        const std::string difference = Difference(truth, cluster, how);
        if (difference.empty()) {
            ++tally_.equal;
            return;
        }
        const bool broken =
            cluster.kind == AnswerKind::kLost || cluster.kind == AnswerKind::kTimeout;
        const bool refused = cluster.sqlstate == "0A000";
        tally_.broken += broken ? 1 : 0;
        tally_.refused += refused ? 1 : 0;
        tally_.different += broken || refused ? 0 : 1;
        report_ << (broken    ? "BROKEN "
                    : refused ? "refused "
                              : "different ")
                << name_ << ":" << statement.line << ": " << statement.text.substr(0, 400) << "\n"
                << difference << "\n";
        report_.flush();
    }

    fs::path source_;
    bool all_tables_;
    std::ofstream report_;
    Side truth_;
    Side cluster_;
    std::string name_;
    Tally tally_;
    std::vector<bool> skipping_;
};

// In the order of PostgreSQL's schedule, whose parallel groups run one after another here.
std::vector<std::string> Schedule(const fs::path& source) {
    std::vector<std::string> names;
    std::ifstream in(source / "parallel_schedule");
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string word;
        if (!(words >> word) || word != "test:") continue;
        while (words >> word) {
            const bool runs = std::none_of(std::begin(kNotRun), std::end(kNotRun),
                                           [&](const char* name) { return word == name; });
            if (runs && fs::exists(source / "sql" / (word + ".sql"))) names.push_back(word);
        }
    }
    return names;
}

void Print(const std::string& name, const Tally& tally) {
    std::printf(
        "%-24s %6d statements, %6d equal (%.2f %%), %5d refused, %5d different, %d broken\n",
        name.c_str(), tally.statements, tally.equal,
        tally.statements == 0 ? 100.0 : 100.0 * tally.equal / tally.statements, tally.refused,
        tally.different, tally.broken);
    std::fflush(stdout);
}

int Main(int count, char** arguments) {
    if (count == 3 && std::string(arguments[1]) == "--reasons") {
        std::ifstream in(arguments[2]);
        if (!in) {
            std::fprintf(stderr, "cannot read %s\n", arguments[2]);
            return 2;
        }
        PrintReasons(in, std::cout);
        return 0;
    }
    fs::path source;
    std::string tables;
    std::string report = "regression.txt";
    std::vector<std::string> names;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        if (argument == "--source" && i + 1 < count) {
            source = fs::absolute(arguments[++i]);
        } else if (argument == "--tables" && i + 1 < count) {
            tables = arguments[++i];
        } else if (argument == "--report" && i + 1 < count) {
            report = arguments[++i];
        } else {
            names.push_back(argument);
        }
    }
    if (!fs::exists(source / "parallel_schedule") || (tables != "fixtures" && tables != "all")) {
        std::fprintf(stderr,
                     "usage: regression --source DIR --tables fixtures|all [--report FILE] "
                     "[SCRIPT...]\nDIR: src/test/regress of PostgreSQL's source\n");
        return 2;
    }
    if (names.empty()) names = Schedule(source);
    Scripts scripts(source, tables == "all", std::ofstream(report));
    Tally total;
    for (const std::string& name : names) {
        const Tally tally = scripts.Run(name);
        Print(name, tally);
        total += tally;
    }
    scripts.ListRefusedTables();
    Print("all", total);
    return total.broken == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pgspan::test

// NOLINTNEXTLINE(bugprone-exception-escape): an exception ends the run, as it should
int main(int count, char** arguments) {
    return pgspan::test::Main(count, arguments);
}
