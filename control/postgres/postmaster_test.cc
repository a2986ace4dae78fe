// Proves that a server is known by its process and not by the file it leaves: over a program that
// is called postgres and works in the data folder, as a server does.
#include "control/postgres/postmaster.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "control/process/process.h"

namespace pgspan::control {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

class PostmasterTest : public testing::Test {
  protected:
    PostmasterTest() {
        std::string pattern = (fs::temp_directory_path() / "pgspan-postmaster-XXXXXX").string();
        folder_ = fs::canonical(mkdtemp(pattern.data())).string();
        fs::create_directory(Data());
        fs::copy_file("/bin/sleep", folder_ + "/postgres");
    }
    ~PostmasterTest() override { fs::remove_all(folder_); }

    std::string Data() const { return folder_ + "/data"; }
    std::string PidFile() const { return Data() + "/postmaster.pid"; }

    Process StartServer() {
        auto process = Process::Start({{folder_ + "/postgres", "1000"}, Data(), "", false},
                                      {"self", geteuid(), getegid(), false});
        EXPECT_TRUE(process.ok());
        return std::move(*process);
    }

    void WritePidFile(pid_t id, const std::string& state) const {
        std::ofstream(PidFile()) << id << "\n/data\n1\n5432\n/socket\n127.0.0.1\n 1 2\n"
                                 << state << "\n";
    }

    std::string folder_;
};

TEST_F(PostmasterTest, FindsTheServerAndItsState) {
    Process server = StartServer();
    WritePidFile(server.id(), "starting");
    auto state = FindServer(Data());
    ASSERT_TRUE(state.ok() && state->postmaster.has_value());
    EXPECT_EQ(state->postmaster->id, server.id());
    EXPECT_FALSE(state->postmaster->ready);
    EXPECT_FALSE(state->left_behind);
    WritePidFile(server.id(), "ready   ");
    EXPECT_TRUE(FindServer(Data())->postmaster->ready);
}

TEST_F(PostmasterTest, WithoutAFileThereIsNoServer) {
    const auto state = FindServer(Data());
    ASSERT_TRUE(state.ok());
    EXPECT_FALSE(state->postmaster.has_value());
    EXPECT_FALSE(state->left_behind);
}

TEST_F(PostmasterTest, AStrangersProcessIsNoServer) {
    WritePidFile(getpid(), "ready   ");
    const auto state = FindServer(Data());
    ASSERT_TRUE(state.ok());
    EXPECT_FALSE(state->postmaster.has_value());
    EXPECT_TRUE(state->left_behind);
}

TEST_F(PostmasterTest, ADeadServerThatNobodyReapedIsNoServer) {
    Process server = StartServer();
    WritePidFile(server.id(), "ready   ");
    ASSERT_EQ(kill(server.id(), SIGKILL), 0);
    std::vector<pollfd> descriptors{{server.descriptor(), POLLIN, 0}};
    ASSERT_EQ(Wait(descriptors, WaitLimit::In(seconds(20))), WaitEnd::kReady);
    const auto state = FindServer(Data());
    ASSERT_TRUE(state.ok());
    EXPECT_FALSE(state->postmaster.has_value());
    EXPECT_TRUE(state->left_behind);
}

TEST_F(PostmasterTest, WhatOutlivesAServerIsToldToQuitBeforeTheFolderIsUsedAgain) {
    Process orphan = StartServer();
    WritePidFile(getpid(), "ready   ");
    const Done cleared = ClearForStart(Data(), milliseconds(1), WaitLimit::In(seconds(20)));
    ASSERT_TRUE(cleared.ok()) << cleared.failure().message;
    EXPECT_TRUE(orphan.Poll());
    EXPECT_NE(orphan.HowItEnded().find("signal 3"), std::string::npos);
    EXPECT_FALSE(fs::exists(PidFile()));
}

TEST_F(PostmasterTest, AServerThatStaysEndsTheWaitAtItsLimit) {
    Process server = StartServer();
    const Done cleared = ClearForStart(Data(), seconds(1000), WaitLimit::In(milliseconds(20)));
    ASSERT_FALSE(cleared.ok());
    EXPECT_EQ(cleared.failure().code, ExitCode::kTimedOut);
    EXPECT_FALSE(server.Poll());
}

}  // namespace
}  // namespace pgspan::control
