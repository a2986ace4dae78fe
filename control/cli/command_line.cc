#include "control/cli/command_line.h"

#include <algorithm>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "control/cli/commands.h"

namespace pgspan::control {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the machine lacks something, 4 no such "
    "cluster\n"
    "or node, 5 refused because it would harm something, 6 timed out, 7 degraded, 9 stopped, 130\n"
    "interrupted.";

using Action = std::function<Outcome<ExitCode>(const Console&)>;

void AddTarget(CLI::App& command, Target& target) {
    command.add_option("--name", target.name, "Name of the cluster (default: default)")
        ->type_name("NAME");
    command
        .add_option("--data", target.data,
                    "Folder of the cluster; default: NAME in XDG_DATA_HOME/pgspan, and for root "
                    "in /var/lib/pgspan")
        ->type_name("DIR");
}

void AddTimeout(CLI::App& command, int& seconds) {
    command.add_option("--timeout", seconds, "How long to wait, in seconds")
        ->check(CLI::Range(1, 86400))
        ->type_name("SECONDS")
        ->capture_default_str();
}

void AddUp(CLI::App& program, UpOptions& options, Action& action) {
    CLI::App* command = program.add_subcommand(
        "up", "Make a cluster on this machine and start it, or start the one that is there");
    AddTarget(*command, options.target);
    command
        ->add_option("--workers", options.workers,
                     fmt::format("Number of workers (default: {})", kDefaultWorkers))
        ->type_name("N");
    command
        ->add_option("--port", options.port,
                     fmt::format("Port of the coordinator; the workers take the next ones "
                                 "(default: {})",
                                 kDefaultPort))
        ->type_name("PORT");
    command
        ->add_option("--set", options.settings,
                     "A setting of PostgreSQL on every node of the new cluster; may be repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command
        ->add_option("--pg-bindir", options.bindir,
                     "PostgreSQL's folder of programs; default: PGSPAN_PG_BINDIR, or the newest "
                     "PostgreSQL that has the extension")
        ->type_name("DIR");
    AddTimeout(*command, options.timeout_s);
    command->callback([&] { action = [&](const Console& c) { return RunUp(options, c); }; });
}

void AddStartAndStop(CLI::App& program, StartOptions& start, StopOptions& stop, Action& action) {
    CLI::App* down =
        program.add_subcommand("down", "Stop all nodes; with --wipe, remove the cluster too");
    AddTarget(*down, stop.target);
    down->add_flag("--wipe", stop.wipe, "Remove the cluster with ALL ITS DATA");
    AddTimeout(*down, stop.timeout_s);
    down->callback([&] { action = [&](const Console& c) { return RunStop(stop, c); }; });

    CLI::App* start_command = program.add_subcommand("start", "Start the nodes that do not run");
    AddTarget(*start_command, start.target);
    AddTimeout(*start_command, start.timeout_s);
    start_command->callback([&] { action = [&](const Console& c) { return RunStart(start, c); }; });

    CLI::App* stop_command = program.add_subcommand("stop", "Stop all nodes, keep the data");
    AddTarget(*stop_command, stop.target);
    stop_command->add_flag("--immediate", stop.immediate,
                           "At once, as if the power failed; the next start recovers");
    AddTimeout(*stop_command, stop.timeout_s);
    stop_command->callback([&] { action = [&](const Console& c) { return RunStop(stop, c); }; });
}

void AddStatusAndLogs(CLI::App& program, StatusOptions& status, LogsOptions& logs, Action& action) {
    CLI::App* status_command = program.add_subcommand(
        "status", "Show every node: state, address, process, versions, shards and their size");
    AddTarget(*status_command, status.target);
    status_command
        ->add_option_function<std::string>(
            "-o,--output", [&](const std::string& format) { status.json = format == "json"; },
            "How: table (default) or json, whose fields are stable")
        ->check(CLI::IsMember({"table", "json"}))
        ->type_name("FORMAT");
    status_command->callback(
        [&] { action = [&](const Console& c) { return RunStatus(status, c); }; });

    CLI::App* logs_command = program.add_subcommand("logs", "Show the ends of the nodes' logs");
    logs_command->add_option("node", logs.node, "Only this node: coordinator, worker1, ...")
        ->type_name("NODE");
    AddTarget(*logs_command, logs.target);
    logs_command->add_flag("-f,--follow", logs.follow, "Go on with what is added");
    logs_command->add_option("-n,--lines", logs.lines, "How many lines of each file")
        ->check(CLI::Range(0, 100000))
        ->type_name("N")
        ->capture_default_str();
    logs_command->callback([&] { action = [&](const Console& c) { return RunLogs(logs, c); }; });
}

void AddPsql(CLI::App& program, PsqlOptions& options, Action& action) {
    CLI::App* command = program.add_subcommand(
        "psql", "Open psql on the coordinator; psql's own options go after --");
    AddTarget(*command, options.target);
    command->add_option("--node", options.node, "Another node: worker1, ...")
        ->type_name("NODE")
        ->capture_default_str();
    command->footer("Example: pgspan psql -- -c 'SELECT * FROM citus_tables'");
    command->callback([&] { action = [&](const Console&) { return RunPsql(options); }; });
}

void AddDemo(CLI::App& program, DemoOptions& options, Action& action) {
    CLI::App* command = program.add_subcommand(
        "demo", "Load example tables: ads (multi-tenant advertising) or shop (orders and stock)");
    command->add_option("demo", options.demo, "Which one: ads or shop")
        ->required()
        ->check(CLI::IsMember({"ads", "shop"}))
        ->type_name("ads|shop");
    AddTarget(*command, options.target);
    CLI::Option* print = command->add_flag("--print-sql", options.print_sql,
                                           "Print it as a script for psql instead of loading it");
    command->add_flag("--plain", options.plain, "With --print-sql: for a PostgreSQL without pgspan")
        ->needs(print);
    command->add_flag("--replace", options.replace, "Drop the demo's tables first")
        ->excludes(print);
    AddTimeout(*command, options.timeout_s);
    command->callback([&] { action = [&](const Console& c) { return RunDemo(options, c); }; });
}

// What is wrong with the command line, in the form of every other failure. `first` is the first
// argument, "" without any.
Failure WrongUsage(const CLI::App& program, const CLI::ParseError& error,
                   const std::string& first) {
    const std::vector<CLI::App*> chosen = program.get_subcommands();
    if (chosen.empty()) {
        std::vector<std::string> names;
        for (const CLI::App* each : program.get_subcommands(nullptr)) {
            names.push_back(each->get_name());
        }
        return {first.empty() ? "a command is missing"
                              : fmt::format("there is no {} '{}'",
                                            first.starts_with('-') ? "option" : "command", first),
                fmt::format("the commands are {}; see pgspan --help", fmt::join(names, ", ")),
                ExitCode::kUsage};
    }
    const std::string& command = chosen.front()->get_name();
    std::string hint = fmt::format("see pgspan {} --help", command);
    if (command == "psql") hint += "; psql's own options go after --, as in: pgspan psql -- -l";
    // What came before the command was left to the program itself.
    const bool of_command = !chosen.front()->remaining().empty();
    const bool unknown = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
    return {unknown
                ? fmt::format("'pgspan{}' does not take {}", of_command ? " " + command : "",
                              fmt::join((of_command ? *chosen.front() : program).remaining(), " "))
                : error.what(),
            hint, ExitCode::kUsage};
}

int Run(const Action& action, const Console& console) {
    Outcome<ExitCode> outcome = action(console);
    if (outcome) {
        Done written = console.Written();
        if (written) return static_cast<int>(*outcome);
        outcome = written.failure();
    }
    console.Report(outcome.failure());
    return static_cast<int>(outcome.failure().code);
}

}  // namespace

int RunCommandLine(int count, char** arguments) {
    CLI::App program(
        "pgspan: one PostgreSQL that spans many machines. This program makes and runs "
        "clusters on this machine.",
        "pgspan");
    program.require_subcommand(1);
    program.set_version_flag("--version", "pgspan " PGSPAN_VERSION);
    program.footer(kExitCodes);
    program.get_formatter()->column_width(28);

    UpOptions up;
    StartOptions start;
    StopOptions stop;
    StatusOptions status;
    LogsOptions logs;
    PsqlOptions psql;
    DemoOptions demo;
    Action action;
    AddUp(program, up, action);
    AddStartAndStop(program, start, stop, action);
    AddStatusAndLogs(program, status, logs, action);
    AddPsql(program, psql, action);
    AddDemo(program, demo, action);
    program.add_subcommand("version", "Print the version")->callback([&] { action = RunVersion; });

    // What follows -- is psql's, and is not looked at here.
    std::vector<std::string> own(arguments + std::min(count, 1), arguments + count);
    if (const auto mark = std::find(own.begin(), own.end(), "--");
        mark != own.end() && !own.empty() && own.front() == "psql") {
        psql.arguments.assign(mark + 1, own.end());
        own.erase(mark, own.end());
    }
    const std::string first = own.empty() ? "" : own.front();
    std::reverse(own.begin(), own.end());  // CLI11 takes a vector from its end
    const Console console;
    try {
        program.parse(own);
    } catch (const CLI::ParseError& error) {
        // Help and version arrive here as well.
        if (error.get_exit_code() == 0) return program.exit(error);
        console.Report(WrongUsage(program, error, first));
        return static_cast<int>(ExitCode::kUsage);
    }
    return Run(action, console);
}

}  // namespace pgspan::control
