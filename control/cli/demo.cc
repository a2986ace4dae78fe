// pgspan demo: loads example tables, or prints them as a script.
#include <chrono>

#include <fmt/format.h>

#include "control/cli/commands.h"
#include "control/demo/demo.h"

namespace pgspan::control {
namespace {

// One string of names for messages and SQL.
std::string Names(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> TableNames(const Demo& demo) {
    std::vector<std::string> names;
    for (const DemoTable& table : demo.tables) names.push_back(table.name);
    return names;
}

Outcome<std::vector<std::string>> PresentTables(Session& session, const Demo& demo,
                                                const WaitLimit& limit) {
    Outcome<std::vector<Row>> rows =
        session.Query(fmt::format("SELECT name FROM unnest('{{{}}}'::text[]) AS name "
                                  "WHERE pg_catalog.to_regclass(name) IS NOT NULL",
                                  fmt::join(TableNames(demo), ",")),
                      limit);
    if (!rows) return rows.failure();
    std::vector<std::string> present;
    for (const Row& row : *rows) present.push_back(row.front().value_or(""));
    return present;
}

// All of it in one transaction: a demo is there as a whole or not at all.
Done Load(Session& session, const Demo& demo, const std::vector<std::string>& to_drop,
          const Console& console, const WaitLimit& limit) {
    const auto run = [&](const std::string& sql) -> Done {
        Outcome<std::vector<Row>> rows = session.Query(sql, limit);
        if (!rows) return rows.failure();
        return Success();
    };
    if (Done done = run("BEGIN"); !done) return done;
    if (!to_drop.empty()) {
        console.Say("dropping " + Names(to_drop));
        if (Done done = run("DROP TABLE " + Names(to_drop)); !done) return done;
    }
    console.Say("creating and distributing the tables");
    if (Done done = run(std::string(demo.schema)); !done) return done;
    // One by one: psql and every other client would send them so.
    for (size_t begin = 0; begin < demo.distribute.size();) {
        const size_t end = demo.distribute.find('\n', begin);
        if (Done done = run(std::string(demo.distribute.substr(begin, end - begin))); !done) {
            return done;
        }
        if (end == std::string_view::npos) break;
        begin = end + 1;
    }
    for (const DemoTable& table : demo.tables) {
        console.Say(fmt::format("loading {} rows into {}", table.rows, table.name));
        Done done =
            session.CopyIn(fmt::format("COPY {} FROM STDIN", table.name), table.data, limit);
        if (!done) return done;
    }
    for (const std::string& statement : demo.after) {
        if (Done done = run(statement); !done) return done;
    }
    if (Done done = run("COMMIT"); !done) return done;
    for (const DemoTable& table : demo.tables) {
        if (Done done = run("ANALYZE " + table.name); !done) return done;
    }
    return Success();
}

Done PrintWhatToTry(const Demo& demo, const Target& target, const Console& console) {
    return console.Write(
        fmt::format("\nNow try, in pgspan psql{}:\n\n{}\n", TargetArguments(target), demo.to_try));
}

}  // namespace

Outcome<ExitCode> RunDemo(const DemoOptions& options, const Console& console) {
    const Demo demo = options.demo == "ads" ? MakeAdsDemo() : MakeShopDemo();
    if (options.print_sql) {
        if (Done done = console.Write(DemoScript(demo, options.plain)); !done)
            return done.failure();
        return ExitCode::kOk;
    }
    Outcome<Cluster> cluster = LoadReady(options.target);
    if (!cluster) return cluster.failure();
    const NodeSpec& coordinator = cluster->spec.coordinator();
    if (Done runs = CheckRuns(*cluster, coordinator, options.target); !runs) return runs.failure();
    Outcome<Interruption> interruption = Interruption::Watch();
    if (!interruption) return interruption.failure();
    const WaitLimit limit = WaitLimit::In(std::chrono::seconds(options.timeout_s), &*interruption);
    Outcome<Session> session = Session::Open(cluster->AddressOf(coordinator), limit);
    if (!session) return session.failure();
    Outcome<std::vector<std::string>> present = PresentTables(*session, demo, limit);
    if (!present) return present.failure();
    if (present->size() == demo.tables.size() && !options.replace) {
        console.Print(fmt::format("The tables of the demo '{}' are there already: {}.", demo.name,
                                  Names(*present)));
        console.Print(fmt::format("(pgspan demo {}{} --replace would load them anew.)", demo.name,
                                  TargetArguments(options.target)));
    } else if (!present->empty() && !options.replace) {
        return Failure(fmt::format("tables of the same name are there, and they are not this "
                                   "demo's, which is loaded as a whole: {}",
                                   Names(*present)),
                       "rename or drop them, or let --replace drop them", ExitCode::kRefused);
    } else {
        if (Done loaded = Load(*session, demo, *present, console, limit); !loaded) {
            return Failure(
                "cannot load the demo, and nothing of it stays: " + loaded.failure().message,
                loaded.failure().hint, loaded.failure().code);
        }
        console.Print(fmt::format("The demo '{}' is loaded.", demo.name));
    }
    if (Done done = PrintWhatToTry(demo, options.target, console); !done) return done.failure();
    return ExitCode::kOk;
}

}  // namespace pgspan::control
