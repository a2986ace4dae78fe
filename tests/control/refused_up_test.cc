// Proves that what stands in the way of `up` is found before anything is made, named, and told with
// a way out; and that what goes wrong later leaves nothing behind.
#include <arpa/inet.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/control/sandbox.h"
#include "tests/harness/ports.h"

namespace pgspan::test {
namespace {

namespace fs = std::filesystem;

class RefusedUpTest : public testing::Test {
  protected:
    // `up` must fail so; afterwards nothing of it is there.
    void ExpectRefused(std::vector<std::string> options, int code,
                       const std::vector<std::string>& words) {
        options.insert(options.begin(), "up");
        if (std::find(options.begin(), options.end(), "--port") == options.end()) {
            options.insert(options.end(), {"--port", std::to_string(FreePorts(2))});
        }
        options.insert(options.end(), {"--workers", "1"});
        EXPECT_EQ(Complaint(sandbox_.Run(options), code, words), "");
        EXPECT_TRUE(sandbox_.Files().empty()) << testing::PrintToString(sandbox_.Files());
        EXPECT_TRUE(sandbox_.Processes().empty());
    }

    // A copy of PostgreSQL's programs with lib and share folders that are empty: without extension.
    std::string BareInstallation() {
        const std::string bin = sandbox_.folder() + "/bare/bin";
        fs::create_directories(bin);
        for (const char* tool : {"postgres", "initdb", "pg_config", "psql"}) {
            fs::copy_file(sandbox_.environment()["PGSPAN_PG_BINDIR"] + "/" + tool,
                          bin + "/" + tool);
        }
        sandbox_.Shell("chmod -R a+rX " + sandbox_.folder() + "/bare");
        return bin;
    }

    Sandbox sandbox_{std::string("refused_") +
                     testing::UnitTest::GetInstance()->current_test_info()->name()};
};

TEST_F(RefusedUpTest, APortInUse) {
    const int first = FreePorts(2);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(first + 1));
    // On every address, as most servers listen.
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener, 1), 0);
    ExpectRefused({"--port", std::to_string(first)}, 5,
                  {"port " + std::to_string(first + 1) + ", which worker1 needs, is in use",
                   "another --port"});
    close(listener);
}

TEST_F(RefusedUpTest, AFolderThatHoldsSomethingElse) {
    const std::string folder = sandbox_.folder() + "/mine";
    fs::create_directory(folder);
    std::ofstream(folder + "/notes") << "mine";
    ExpectRefused({"--data", folder}, 5, {"is in the way", "it is not empty", "another --data"});
    EXPECT_EQ(TextOf(folder + "/notes"), "mine");
    ExpectRefused({"--data", folder + "/notes"}, 5, {"it is not a folder"});
    ExpectRefused({"--data", folder + "/notes/below"}, 3, {"cannot make the folder", "--data DIR"});
    EXPECT_EQ(TextOf(folder + "/notes"), "mine");
}

TEST_F(RefusedUpTest, AFolderThatAnotherCommandWorksOn) {
    const std::string folder = sandbox_.folder() + "/busy";
    fs::create_directory(folder);
    const int busy = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_EQ(flock(busy, LOCK_EX), 0);
    ExpectRefused({"--data", folder}, 5, {"another pgspan command works on", "try again"});
    close(busy);
    EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(RefusedUpTest, WhatIsLeftOfAnEarlierUpIsNoObstacle) {
    // Killed before the description had its name.
    const std::string folder = sandbox_.ClusterFolder();
    fs::create_directories(folder);
    sandbox_.Shell("chmod -R a+rX " + sandbox_.folder() + "/clusters");
    std::ofstream(folder + "/cluster.json.new") << "{";
    sandbox_.Up();
    EXPECT_EQ(sandbox_.Status(0)["state"], "running");
}

TEST_F(RefusedUpTest, PostgresqlThatIsNotThere) {
    ExpectRefused({"--pg-bindir", "/nowhere/bin"}, 3,
                  {"/nowhere/bin/postgres is missing", "named by --pg-bindir",
                   "apt-get install postgresql-15"});
    sandbox_.environment()["PGSPAN_PG_BINDIR"] = sandbox_.folder();
    ExpectRefused({}, 3,
                  {sandbox_.folder() + "/postgres is missing", "named by PGSPAN_PG_BINDIR",
                   "apt-get install postgresql-15"});
}

TEST_F(RefusedUpTest, NoPostgresqlAnywhere) {
    if (!IsRoot() || unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        GTEST_SKIP() << "only root can hide the system's PostgreSQL";
    }
    if (!fs::exists("/usr/lib/postgresql")) GTEST_SKIP() << "there is none to hide";
    ASSERT_EQ(mount("tmpfs", "/usr/lib/postgresql", "tmpfs", 0, nullptr), 0) << strerror(errno);
    sandbox_.environment().erase("PGSPAN_PG_BINDIR");
    sandbox_.environment()["PATH"] = sandbox_.folder();
    ExpectRefused({}, 3,
                  {"no PostgreSQL server was found", "apt-get install postgresql-15",
                   "--pg-bindir or PGSPAN_PG_BINDIR"});
    umount2("/usr/lib/postgresql", MNT_DETACH);
}

TEST_F(RefusedUpTest, PostgresqlWithoutTheExtension) {
    ExpectRefused({"--pg-bindir", BareInstallation()}, 3,
                  {"does not have the extension pgspan", "./quickstart"});
}

TEST_F(RefusedUpTest, PostgresqlThatIsTooOld) {
    const std::string bin = BareInstallation();
    std::ofstream(bin + "/pg_config") << "#!/bin/sh\necho PostgreSQL 14.9\n";
    ExpectRefused(
        {"--pg-bindir", bin}, 3,
        {"'PostgreSQL 14.9'", "needs PostgreSQL 15 or newer", "apt-get install postgresql-15"});
}

TEST_F(RefusedUpTest, ASettingThatPostgresqlDoesNotTake) {
    ExpectRefused({"--set", "work_mem=lots"}, 1,
                  {"did not start", "invalid value for parameter \"work_mem\""});
    ExpectRefused({"--set", "shared_preload_libraries=no_such_library"}, 1,
                  {"did not start", "no_such_library"});
}

TEST_F(RefusedUpTest, InitdbThatFails) {
    const std::string bin = sandbox_.folder() + "/broken";
    fs::create_directory(bin);
    chmod(bin.c_str(), 0755);
    for (const auto& tool : fs::directory_iterator(sandbox_.environment()["PGSPAN_PG_BINDIR"])) {
        fs::create_symlink(tool.path(), bin / tool.path().filename());
    }
    fs::remove(bin + "/initdb");
    std::ofstream(bin + "/initdb") << "#!/bin/sh\necho the disk is on fire >&2\nexit 3\n";
    chmod((bin + "/initdb").c_str(), 0755);
    ExpectRefused({"--pg-bindir", bin}, 1, {"ended with exit code 3", "the disk is on fire"});
}

TEST_F(RefusedUpTest, NotInTime) {
    const std::string bin = sandbox_.folder() + "/slow";
    fs::create_directory(bin);
    chmod(bin.c_str(), 0755);
    for (const auto& tool : fs::directory_iterator(sandbox_.environment()["PGSPAN_PG_BINDIR"])) {
        fs::create_symlink(tool.path(), bin / tool.path().filename());
    }
    fs::remove(bin + "/initdb");
    std::ofstream(bin + "/initdb") << "#!/bin/sh\nexec sleep 1000\n";
    chmod((bin + "/initdb").c_str(), 0755);
    ExpectRefused({"--pg-bindir", bin, "--timeout", "1"}, 6,
                  {"gave up waiting for initdb", "nothing of the cluster is left"});
}

TEST_F(RefusedUpTest, AFolderThatTheServersAccountCannotReach) {
    if (!IsRoot()) GTEST_SKIP() << "only root's servers run as another account";
    const std::string closed = sandbox_.folder() + "/closed";
    fs::create_directory(closed);
    chmod(closed.c_str(), 0700);
    ExpectRefused({"--data", closed + "/cluster"}, 3,
                  {"the account postgres", "cannot reach", "chmod a+x"});
    EXPECT_TRUE(fs::is_empty(closed));
}

TEST_F(RefusedUpTest, AFolderWhereNothingMayBeWritten) {
    if (IsRoot()) GTEST_SKIP() << "root may write everywhere";
    const std::string closed = sandbox_.folder() + "/closed";
    fs::create_directory(closed);
    chmod(closed.c_str(), 0500);
    ExpectRefused({"--data", closed + "/cluster"}, 3,
                  {"cannot make the folder", "Permission denied", "--data DIR"});
    chmod(closed.c_str(), 0700);
}

TEST_F(RefusedUpTest, ADescriptionThatCannotBeRead) {
    const std::string folder = sandbox_.folder() + "/strange";
    fs::create_directory(folder);
    std::ofstream(folder + "/cluster.json") << "{\"kind\": \"pgspan cluster\", \"schema\": 99}";
    ExpectRefused({"--data", folder}, 3, {"it has schema 99", "use the pgspan that made"});
    std::ofstream(folder + "/cluster.json") << "broken";
    ExpectRefused({"--data", folder}, 3, {"cannot use " + folder + "/cluster.json"});
    fs::remove(folder + "/cluster.json");
}

}  // namespace
}  // namespace pgspan::test
