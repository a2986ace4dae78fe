// generator [--seed N] [--rounds N] [--units N] [--seconds N] [--findings DIR] [--counts FILE]
//
// Random differential tests. Every round has a seed (printed; the first one is --seed, each round
// adds one) from which it makes a schema, rows, settings and units of statements; they run on one
// PostgreSQL (the truth) and on the cluster. Everything that differs is a finding: other rows,
// tags, column types or SQLSTATEs, internal errors (XX000), lost sessions, hangs, tables that
// differ after writes. What the cluster refuses with SQLSTATE 0A000 is counted as a gap. A finding
// is printed with its seed, reduced, as a script that tests/differential reads; with --findings it
// also goes to a file there. With --seconds rounds follow each other until the time is over.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/generator/both_sides.h"
#include "tests/generator/reducer.h"

namespace pgspan::test {
namespace {

constexpr int kReducingTrialsMax = 1500;
constexpr int kFindingsPerRoundMax = 5;

struct Options {
    uint64_t seed = 1;
    int rounds = 1;
    int units = 150;
    int seconds = 0;  // 0: as many rounds as rounds says
    std::string findings;
    std::string counts;
};

// What changes plans and texts, the same on both sides.
std::string RandomSettings(Random& random) {
    static const std::vector<std::string> kSettings = {
        "SET TimeZone = 'America/St_Johns'",
        "SET TimeZone = 'Asia/Kathmandu'",
        "SET DateStyle = 'German'",
        "SET IntervalStyle = 'iso_8601'",
        "SET extra_float_digits = 0",
        "SET bytea_output = 'escape'",
        "SET enable_hashjoin = off",
        "SET enable_mergejoin = off",
        "SET enable_nestloop = off",
        "SET enable_hashagg = off",
        "SET enable_sort = off",
        "SET enable_material = off",
        "SET plan_cache_mode = force_generic_plan",
        "SET plan_cache_mode = force_custom_plan",
        "SET work_mem = '64kB'",
        "SET join_collapse_limit = 1",
        "SET from_collapse_limit = 1",
        "SET cursor_tuple_fraction = 1",
        "SET standard_conforming_strings = off",
    };
    std::string settings = "SET jit = off";
    const int count = random.Between(0, 3);
    for (int i = 0; i < count; ++i) settings += "; " + random.Pick(kSettings);
    return settings;
}

class Round {
  public:
    Round(uint64_t seed, const Options& options)
        : seed_(seed), options_(options), random_(seed * 1000003) {}

    // The number of findings.
    int Run() {
        settings_ = RandomSettings(random_);
        schema_ = MakeSchema(random_);
        BothSides sides(settings_);
        sides_ = &sides;
        std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed_), settings_.c_str());
        std::fflush(stdout);
        const Outcome built = sides.Build(schema_);
        if (built.differs()) {
            Report({}, built, "building the schema", false);
        } else {
            AddViews();
            RunUnits();
        }
        std::printf("seed %llu: %d statements, %d errors on both sides, %d gaps, %d findings\n",
                    static_cast<unsigned long long>(seed_), total_.statements, total_.errors,
                    total_.gaps, findings_);
        std::fflush(stdout);
        return findings_;
    }

    [[nodiscard]] const Outcome& total() const { return total_; }

  private:
    void Add(const Outcome& outcome) {
        total_.statements += outcome.statements;
        total_.errors += outcome.errors;
        total_.gaps += outcome.gaps;
        total_.refusals.insert(total_.refusals.end(), outcome.refusals.begin(),
                               outcome.refusals.end());
        total_.messages.insert(total_.messages.end(), outcome.messages.begin(),
                               outcome.messages.end());
    }

    void AddViews() {
        const int count = random_.Between(0, 2);
        for (int i = 1; i <= count; ++i) {
            QueryMaker queries(random_, schema_);
            QueryWish wish;
            wish.named = true;
            const MadeQuery query = queries.Query(wish, 1);
            Table view;
            view.kind = Table::Kind::kView;
            view.name = "view" + std::to_string(i);
            view.rows = static_cast<int>(query.rows);
            for (size_t c = 0; c < query.types.size(); ++c) {
                view.columns.push_back({"x" + std::to_string(c + 1), query.types[c]});
            }
            view.create = {"CREATE VIEW " + view.name + " AS " + Render(query.syntax)};
            const Outcome outcome = sides_->Define(view.create[0]);
            Add(outcome);
            if (outcome.differs()) {
                Report({}, outcome, view.create[0], false);
            } else if (outcome.gaps == 0 && outcome.errors == 0) {
                schema_.tables.push_back(view);
            }
        }
    }

    void RunUnits() {
        StatementMaker maker(schema_);
        for (int number = 0; number < options_.units; ++number) {
            const Unit unit = maker.Make(seed_ * 1000003 + static_cast<uint64_t>(number) + 1);
            const Outcome outcome = sides_->Run(unit, false);
            Add(outcome);
            if (!outcome.differs()) continue;
            // After a difference in a write both sides hold other rows.
            if (unit.writes) sides_->Build(schema_);
            if (outcome.by_estimate) continue;
            const Unit reduced = Reduced(unit, outcome.kind);
            const std::string where = "unit " + std::to_string(number);
            if (reduced.steps.empty()) {
                Report(unit, outcome, where + ", not seen again", true);
            } else {
                Report(reduced, last_, where, true);
            }
            if (findings_ >= kFindingsPerRoundMax) return;
        }
    }

    // Without steps if the difference does not show again.
    Unit Reduced(const Unit& unit, const std::string& kind) {
        const auto differs = [&](const Unit& candidate) {
            const Outcome outcome = sides_->Run(candidate, true);
            if (outcome.kind != kind) return false;
            last_ = outcome;
            return true;
        };
        if (!differs(unit)) return {};
        return Reduce(unit, differs, kReducingTrialsMax);
    }

    void Report(const Unit& unit, const Outcome& outcome, const std::string& where, bool script) {
        ++findings_;
        std::string text =
            "-- finding, seed " + std::to_string(seed_) + ", " + where + ": " + outcome.kind + "\n";
        std::string statements;
        for (const Syntax& step : unit.steps) statements += Render(step) + ";\n";
        if (script) text += Script(statements);
        text += statements + "/*\n" + outcome.difference + "*/\n";
        std::printf("%s", text.c_str());
        std::fflush(stdout);
        if (options_.findings.empty()) return;
        std::filesystem::create_directories(options_.findings);
        std::ofstream(options_.findings + "/seed" + std::to_string(seed_) + "_" +
                      std::to_string(findings_) + ".sql")
            << text;
    }

    // The tables that the statements name, and those that these need.
    std::string Script(const std::string& statements) {
        std::string script = settings_ + ";\n";
        for (const std::string& sql : schema_.prologue) script += sql + ";\n";
        std::set<std::string> needed;
        std::string text = statements;
        for (auto table = schema_.tables.rbegin(); table != schema_.tables.rend(); ++table) {
            bool named = text.find(table->name) != std::string::npos;
            // Foreign keys and colocation.
            if (!named) continue;
            needed.insert(table->name);
            for (const std::string& sql : table->create) text += sql;
            for (const std::string& sql : table->finish) text += sql;
            text += table->spread;
        }
        for (const Table& table : schema_.tables) {
            if (!needed.contains(table.name)) continue;
            for (const std::string& sql : table.create) script += sql + ";\n";
            if (!table.spread.empty()) script += "-- @cluster " + table.spread + "\n";
            for (const std::string& sql : table.finish) script += sql + ";\n";
            for (const std::string& sql : table.contents) script += sql + ";\n";
        }
        return script;
    }

    uint64_t seed_;
    const Options& options_;
    Random random_;
    std::string settings_;
    Schema schema_;
    BothSides* sides_ = nullptr;
    Outcome total_;
    Outcome last_;
    int findings_ = 0;
};

bool ReadOptions(int count, char** arguments, Options* options) {
    for (int i = 1; i < count; ++i) {
        const std::string name = arguments[i];
        if (++i >= count) return false;
        const std::string value = arguments[i];
        if (name == "--seed") {
            options->seed = std::strtoull(value.c_str(), nullptr, 10);
        } else if (name == "--rounds") {
            options->rounds = std::atoi(value.c_str());
        } else if (name == "--units") {
            options->units = std::atoi(value.c_str());
        } else if (name == "--seconds") {
            options->seconds = std::atoi(value.c_str());
        } else if (name == "--findings") {
            options->findings = value;
        } else if (name == "--counts") {
            options->counts = value;
        } else {
            return false;
        }
    }
    return true;
}

int Main(int count, char** arguments) {
    Options options;
    if (!ReadOptions(count, arguments, &options)) {
        std::fprintf(stderr,
                     "usage: generator [--seed N] [--rounds N] [--units N] [--seconds N] "
                     "[--findings DIR] [--counts FILE]\n");
        return 2;
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(options.seconds);
    int good = 0;
    int bad = 0;
    int findings = 0;
    long statements = 0;
    long errors = 0;
    long gaps = 0;
    std::map<std::string, int> seen;
    for (int i = 0;
         options.seconds > 0 ? std::chrono::steady_clock::now() < end : i < options.rounds; ++i) {
        Round round(options.seed + static_cast<uint64_t>(i), options);
        const int found = round.Run();
        findings += found;
        ++(found == 0 ? good : bad);
        statements += round.total().statements;
        errors += round.total().errors;
        gaps += round.total().gaps;
        for (const std::string& message : round.total().refusals) ++seen["gap: " + message];
        for (const std::string& message : round.total().messages) ++seen["error: " + message];
    }
    for (const auto& [message, times] : seen) std::printf("%5dx %s\n", times, message.c_str());
    std::printf("%d rounds, %ld statements, %ld errors on both sides, %ld gaps, %d findings\n",
                good + bad, statements, errors, gaps, findings);
    if (!options.counts.empty()) std::ofstream(options.counts) << good << " " << bad << " 0\n";
    return findings == 0 ? 0 : 1;
}

}  // namespace
}  // namespace pgspan::test

// NOLINTNEXTLINE(bugprone-exception-escape): an exception ends the run, as it should
int main(int count, char** arguments) {
    return pgspan::test::Main(count, arguments);
}
