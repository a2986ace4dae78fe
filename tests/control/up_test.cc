// Proves `up`, `down` and what lies between: what `up` prints is how to connect, files are private,
// clusters stand side by side, and a second `up` harms nothing.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/control/sandbox.h"
#include "tests/harness/ports.h"

namespace pgspan::test {
namespace {

namespace fs = std::filesystem;

// The lines that begin with two blanks: what the user is told to run.
std::vector<std::string> CommandsIn(const std::string& text) {
    std::vector<std::string> commands;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("  ")) commands.push_back(line.substr(2));
    }
    return commands;
}

std::string PasswordIn(const std::string& passfile) {
    const std::string text = TextOf(passfile);
    const std::string line = text.substr(0, text.find('\n'));
    return line.substr(line.rfind(':') + 1);
}

// Nobody but their owner may do anything with them; what root shares with the servers' account, the
// account's group may read.
void ExpectPrivate(const std::string& folder) {
    std::vector<fs::path> paths{folder};
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        paths.push_back(entry.path());
    }
    ASSERT_GT(paths.size(), 100U);
    for (const fs::path& path : paths) {
        struct stat found {};
        ASSERT_EQ(lstat(path.c_str(), &found), 0) << path;
        const mode_t mode = found.st_mode & 07777;
        const bool socket = S_ISSOCK(found.st_mode);
        const mode_t own = S_ISDIR(found.st_mode) || socket ? 0700 : 0600;
        if (IsRoot() && found.st_uid == 0) {
            EXPECT_EQ(mode & ~(S_ISDIR(found.st_mode) ? 0750U : 0640U), 0U) << path;
        } else {
            EXPECT_EQ(mode, own) << path;
        }
    }
}

TEST(UpTest, ConnectsAsItsInstructionsSayAndByPasswordAlone) {
    Sandbox sandbox("up_connect");
    const int port = FreePorts(3);
    const std::string port_text = std::to_string(port);
    const Ended up = sandbox.Run({"up", "--port", port_text});
    ASSERT_EQ(Complaint(up, 0, {"a coordinator on port " + port_text + " and 2 workers"}), "");

    const std::vector<std::string> commands = CommandsIn(up.out);
    ASSERT_EQ(commands.size(), 2U) << up.out;
    EXPECT_EQ(commands[0], "pgspan psql");
    // As a user would paste it, with a statement where the prompt would be.
    const Ended pasted =
        sandbox.Shell("export PATH=" + sandbox.environment()["PGSPAN_PG_BINDIR"] + ":$PATH\n" +
                      "echo 'SELECT count(*) AS workers FROM citus_get_active_worker_nodes();' | " +
                      "{\n" + commands[1] + "\n}");
    EXPECT_EQ(Complaint(pasted, 0, {" workers \n", "       2\n"}), "");

    const std::string folder = sandbox.ClusterFolder();
    const std::string password = PasswordIn(folder + "/passfile");
    EXPECT_EQ(password.size(), 32U);
    const std::string address = "psql -X -h 127.0.0.1 -p " + port_text + " -U postgres -d postgres";
    EXPECT_EQ(Complaint(sandbox.Shell("PGPASSWORD=wrong " + address + " -c 'SELECT 1'"), 2,
                        {"password authentication failed"}),
              "");
    EXPECT_EQ(Complaint(sandbox.Shell(address + " -w -c 'SELECT 1'"), 2, {"no password supplied"}),
              "");
    EXPECT_EQ(Complaint(sandbox.Shell("PGPASSWORD=" + password + " " + address +
                                      " -Atc \"SELECT left(rolpassword, 14) FROM pg_authid WHERE "
                                      "rolname = 'postgres'\""),
                        0, {"SCRAM-SHA-256$"}),
              "");
    // Where the path is short enough for one.
    if (const std::string socket = folder + "/worker1/socket";
        fs::exists(socket + "/.s.PGSQL." + std::to_string(port + 1))) {
        EXPECT_EQ(Complaint(sandbox.Shell("PGPASSWORD=wrong psql -X -h " + socket + " -p " +
                                          std::to_string(port + 1) +
                                          " -U postgres -d postgres -c 'SELECT 1'"),
                            2, {"password authentication failed"}),
                  "");
    }

    ExpectPrivate(folder);
    // The password is in the passfile and nowhere else: no log, no file, no process.
    std::ofstream(sandbox.folder() + "/home/password") << password;
    const Ended found =
        sandbox.Shell("grep -rlF -f $HOME/password " + folder +
                      "; grep -lF -f $HOME/password /proc/[0-9]*/{cmdline,environ} 2>/dev/null");
    EXPECT_EQ(found.out, folder + "/passfile\n");
}

TEST(UpTest, ASecondUpIsHarmlessAndAnotherShapeIsRefused) {
    Sandbox sandbox("up_twice");
    const int port = sandbox.Up();
    const auto before = sandbox.Status(0);
    EXPECT_EQ(Complaint(sandbox.Run({"psql", "--", "-qc", "CREATE TABLE kept (a int)"}), 0), "");
    EXPECT_EQ(Complaint(sandbox.Run({"up"}), 0, {"runs already", "pgspan psql"}), "");
    EXPECT_EQ(Complaint(sandbox.Run({"up", "--workers", "1", "--port", std::to_string(port)}), 0,
                        {"runs already"}),
              "");
    for (const std::vector<std::string>& other : std::vector<std::vector<std::string>>{
             {"--workers", "2"}, {"--port", "2000"}, {"--set", "work_mem=1MB"}}) {
        std::vector<std::string> arguments{"up"};
        arguments.insert(arguments.end(), other.begin(), other.end());
        EXPECT_EQ(Complaint(sandbox.Run(arguments), 5, {"exists with", "pgspan down --wipe"}), "");
    }
    EXPECT_EQ(Complaint(sandbox.Run({"status", "--name", "x", "--data", sandbox.ClusterFolder()}),
                        5, {"the cluster is 'default', not 'x'"}),
              "");
    EXPECT_EQ(sandbox.Status(0), before);
    EXPECT_EQ(Complaint(sandbox.Run({"stop"}), 0), "");
    EXPECT_EQ(Complaint(sandbox.Run({"up"}), 0, {"was there; started coordinator, worker1"}), "");
    EXPECT_EQ(Complaint(sandbox.Run({"psql", "--", "-c", "SELECT * FROM kept"}), 0), "");
}

TEST(UpTest, ClustersStandSideBySide) {
    Sandbox sandbox("up_two");
    const int port = sandbox.Up("one");
    const int other_port = sandbox.Up("two");
    const auto set = [&](const std::string& name) {
        EXPECT_EQ(Complaint(sandbox.Run({"psql", "--name", name, "--", "-qc",
                                         "CREATE TABLE here AS SELECT '" + name + "' AS name"}),
                            0),
                  "");
    };
    set("one");
    set("two");
    for (const std::string name : {"one", "two"}) {
        EXPECT_EQ(sandbox.Run({"psql", "--name", name, "--", "-Atc", "TABLE here"}).out,
                  name + "\n");
    }
    EXPECT_EQ(sandbox.Status(0, "one")["nodes"][0]["port"], port);
    EXPECT_EQ(sandbox.Status(0, "two")["nodes"][0]["port"], other_port);
    EXPECT_EQ(Complaint(sandbox.Run({"down", "--wipe", "--name", "one"}), 0, {"are gone"}), "");
    EXPECT_FALSE(fs::exists(sandbox.ClusterFolder("one")));
    EXPECT_TRUE(PortIsFree(port));
    EXPECT_EQ(sandbox.Status(0, "two")["state"], "running");
    EXPECT_EQ(Complaint(sandbox.Run({"status", "--name", "one"}), 4), "");
}

TEST(UpTest, AFolderWithAnyNameWillDo) {
    Sandbox sandbox("up_folder");
    // Quoted by the shell, by libpq and by PostgreSQL; too long for a Unix socket; relative.
    const std::string name = "it's a \\folder\" of " + std::string(80, 'x');
    fs::create_directories(sandbox.folder() + "/deep");
    chmod((sandbox.folder() + "/deep").c_str(), 0755);
    const std::string data = sandbox.folder() + "/deep/../" + name + "/";
    const Ended up =
        sandbox.Run({"up", "--data", data, "--workers", "1", "--port", std::to_string(FreePorts(2)),
                     "--set", "search_path=\"it's\", public", "--name", "odd"});
    ASSERT_EQ(Complaint(up, 0), "");
    const std::vector<std::string> commands = CommandsIn(up.out);
    ASSERT_EQ(commands.size(), 2U);
    EXPECT_EQ(Complaint(sandbox.Shell(commands[1].substr(0, commands[1].find("  #")) +
                                      " -XAtc 'SHOW search_path'"),
                        0, {"\"it's\", public\n"}),
              "");
    ASSERT_TRUE(commands[0].starts_with("pgspan psql ")) << commands[0];
    EXPECT_EQ(Complaint(sandbox.Shell("$PGSPAN" + commands[0].substr(6) +
                                      " -- -XAtc 'SELECT count(*) FROM pg_dist_node'"),
                        0, {"2\n"}),
              "");
    EXPECT_EQ(Complaint(sandbox.Run({"status", "--data", data}), 0, {"'odd': running"}), "");
    EXPECT_EQ(Complaint(sandbox.Run({"down", "--wipe", "--data", data}), 0), "");
    EXPECT_FALSE(fs::exists(sandbox.folder() + "/" + name));
}

TEST(UpTest, TheUsersOwnSettingsOfLibpqLeadNobodyAstray) {
    Sandbox sandbox("up_environment");
    const std::map<std::string, std::string> astray{{"PGHOST", "nowhere.invalid"},
                                                    {"PGHOSTADDR", "127.0.0.2"},
                                                    {"PGPORT", "1"},
                                                    {"PGUSER", "nobody"},
                                                    {"PGPASSWORD", "wrong"},
                                                    {"PGDATABASE", "nothing"},
                                                    {"PGSSLMODE", "verify-full"},
                                                    {"PGCHANNELBINDING", "require"},
                                                    {"PGSERVICE", "none"},
                                                    {"PGDATA", "/nowhere"},
                                                    {"PGOPTIONS", "-c search_path=nowhere"}};
    sandbox.environment().insert(astray.begin(), astray.end());
    sandbox.Up();
    EXPECT_EQ(sandbox.Status(0)["state"], "running");
    EXPECT_EQ(Complaint(sandbox.Run({"demo", "shop"}), 0), "");
    // The nodes among themselves.
    EXPECT_EQ(
        Complaint(sandbox.Run({"psql", "--", "-XAtc",
                               "SELECT count(*) > 0, min(warehouse_id) FROM public.warehouse"}),
                  0, {"t|1\n"}),
        "");
    // What speaks of the session is the user's.
    EXPECT_EQ(sandbox.Run({"psql", "--", "-XAtc", "SHOW search_path"}).out, "nowhere\n");
}

TEST(DownTest, KeepsTheDataUnlessItIsToldToWipe) {
    Sandbox sandbox("down");
    const int port = sandbox.Up();
    EXPECT_EQ(
        Complaint(sandbox.Run({"psql", "--", "-qc", "CREATE TABLE kept AS SELECT 7 AS a"}), 0), "");
    EXPECT_EQ(Complaint(sandbox.Run({"down"}), 0, {"Stopped coordinator, worker1", "data stays"}),
              "");
    EXPECT_TRUE(sandbox.Processes().empty());
    EXPECT_TRUE(PortIsFree(port));
    EXPECT_EQ(Complaint(sandbox.Run({"down"}), 0, {"was stopped already"}), "");
    EXPECT_EQ(Complaint(sandbox.Run({"start"}), 0, {"Started coordinator, worker1"}), "");
    EXPECT_EQ(Complaint(sandbox.Run({"start"}), 0, {"runs already"}), "");
    EXPECT_EQ(sandbox.Run({"psql", "--", "-XAtc", "TABLE kept"}).out, "7\n");
    EXPECT_EQ(Complaint(sandbox.Run({"stop", "--immediate"}), 0, {"Stopped"}), "");
    EXPECT_EQ(sandbox.Status(9)["state"], "stopped");
    EXPECT_EQ(Complaint(sandbox.Run({"start"}), 0), "");
    EXPECT_EQ(sandbox.Run({"psql", "--", "-XAtc", "TABLE kept"}).out, "7\n");
    EXPECT_EQ(Complaint(sandbox.Run({"down", "--wipe"}), 0, {"its data are gone"}), "");
    EXPECT_FALSE(fs::exists(sandbox.ClusterFolder()));
    EXPECT_TRUE(sandbox.Processes().empty());
    EXPECT_TRUE(PortIsFree(port));
    EXPECT_EQ(Complaint(sandbox.Run({"down", "--wipe"}), 4), "");
}

TEST(DownTest, ARemovalThatWasKilledIsKnownAsSuch) {
    Sandbox sandbox("down_killed");
    sandbox.Up();
    const std::string folder = sandbox.ClusterFolder();
    EXPECT_EQ(Complaint(sandbox.Run({"stop"}), 0), "");
    // As the description stands while the folder is being emptied.
    std::string text = TextOf(folder + "/cluster.json");
    const size_t phase = text.find("\"ready\"");
    ASSERT_NE(phase, std::string::npos) << text;
    text.replace(phase, 7, "\"removing\"");
    std::ofstream(folder + "/cluster.json") << text;
    fs::remove_all(folder + "/worker1/data/base");
    EXPECT_EQ(Complaint(sandbox.Run({"start"}), 5, {"is half removed", "down --wipe"}), "");
    EXPECT_EQ(sandbox.Status(7)["state"], "unfinished");
    EXPECT_EQ(
        Complaint(sandbox.Run({"up", "--workers", "1", "--port", std::to_string(FreePorts(2))}), 0,
                  {"removing what it left"}),
        "");
    EXPECT_EQ(sandbox.Status(0)["state"], "running");
}

TEST(DownTest, WipingMarksTheClusterBeforeItRemovesAnything) {
    Sandbox sandbox("down_marks");
    sandbox.Up();
    // A folder that cannot be emptied ends the removal in its middle.
    const std::string folder = sandbox.ClusterFolder();
    const Ended locked = sandbox.Shell("mkdir -p " + folder + "/worker1/x && cd " + folder +
                                       "/worker1 && (chattr +i x || chmod 500 .)");
    ASSERT_EQ(Complaint(locked, 0), "");
    const Ended down = sandbox.Run({"down", "--wipe"});
    const Ended status = sandbox.Run({"status", "-o", "json"});
    const Ended start = sandbox.Run({"start"});
    sandbox.Shell("cd " + folder + "/worker1 && (chattr -i x; chmod 700 .)");
    if (down.code == 0) GTEST_SKIP() << "nothing on this file system keeps root from removing";
    EXPECT_EQ(Complaint(down, 1, {"cannot remove", "repeat the command"}), "");
    EXPECT_EQ(Complaint(status, 7, {"\"unfinished\""}), "");
    EXPECT_EQ(Complaint(start, 5, {"is half removed"}), "");
    EXPECT_EQ(Complaint(sandbox.Run({"down", "--wipe"}), 0), "");
}

}  // namespace
}  // namespace pgspan::test
