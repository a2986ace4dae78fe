// Proves that an `up` that is interrupted or killed leaves no half-made cluster, or one that is
// known as such and that the next command clears away: at every step of the work, with every
// signal.
#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/control/sandbox.h"
#include "tests/harness/ports.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// A step of `up` has been reached when this file of the cluster is there, or this text was said.
struct Moment {
    int step;
    const char* name;
    const char* file;
    const char* text;
};

constexpr Moment kMoments[] = {
    {0, "claimed", "", nullptr},
    {1, "described", "cluster.json", nullptr},
    {2, "initdb_runs", "coordinator/data/global/pg_control", nullptr},
    {3, "initdb_has_ended_once", "worker1/data/base/5/PG_VERSION", nullptr},
    {4, "configured", "coordinator/postgresql.conf", nullptr},
    {5, "a_server_starts", "coordinator/data/postmaster.pid", nullptr},
    {6, "all_servers_start", "worker1/log/startup.log", nullptr},
    {7, "connecting", nullptr, "connecting the nodes"},
};

class InterruptedUpTest : public testing::TestWithParam<Moment> {
  protected:
    // Begins an `up` and signals it at the moment of the test's parameter.
    Ended Interrupt(int signal) {
        port_ = FreePorts(2);
        Program up = sandbox_.Start({"up", "--workers", "1", "--port", std::to_string(port_)});
        const Moment& moment = GetParam();
        EXPECT_TRUE(Eventually(
            seconds(60),
            [&] {
                if (!up.Runs()) return true;
                if (moment.text != nullptr) return up.err().find(moment.text) != std::string::npos;
                std::error_code error;
                return fs::exists(sandbox_.ClusterFolder() + "/" + moment.file, error);
            },
            std::chrono::milliseconds(1)));
        up.Signal(signal);
        return up.Wait();
    }

    void ExpectNothingIsLeft() {
        EXPECT_TRUE(sandbox_.Files().empty()) << testing::PrintToString(sandbox_.Files());
        EXPECT_TRUE(sandbox_.Processes().empty()) << testing::PrintToString(sandbox_.Processes());
        EXPECT_TRUE(PortIsFree(port_) && PortIsFree(port_ + 1));
        EXPECT_EQ(Complaint(sandbox_.Run({"status"}), 4), "");
    }

    void Wipe() { EXPECT_EQ(Complaint(sandbox_.Run({"down", "--wipe"}), 0, {"are gone"}), ""); }

    Sandbox sandbox_{std::string("interrupted_") + GetParam().name};
    int port_ = 0;
};

TEST_P(InterruptedUpTest, UndoesItsWorkWhenItIsAskedToEnd) {
    // One signal a step; all of them take the same way.
    constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
    const Ended ended = Interrupt(kSignals[GetParam().step % 3]);
    if (ended.code == 0) {
        // It had come to its end: then the cluster is there as a whole.
        EXPECT_EQ(sandbox_.Status(0)["state"], "running");
        Wipe();
    } else {
        EXPECT_EQ(Complaint(ended, 130, {"interrupted", "nothing of the cluster is left"}), "");
    }
    ExpectNothingIsLeft();
}

TEST_P(InterruptedUpTest, IsClearedAwayAfterItWasKilled) {
    const Ended ended = Interrupt(SIGKILL);
    EXPECT_EQ(ended.code, 128 + SIGKILL) << ended.out << ended.err;
    const Ended status = sandbox_.Run({"status"});
    if (status.code == 4) {
        // It had not even a description: an empty folder, perhaps.
        EXPECT_EQ(Complaint(sandbox_.Run({"start"}), 4, {"pgspan up"}), "");
    } else {
        EXPECT_EQ(Complaint(status, 7, {"unfinished"}), "");
        EXPECT_EQ(Complaint(sandbox_.Run({"start"}), 5,
                            {"was never finished", "pgspan up", "pgspan down --wipe"}),
                  "");
        EXPECT_EQ(Complaint(sandbox_.Run({"psql"}), 5, {"was never finished"}), "");
    }
    // Either of the two ways out.
    if (status.code == 4 || GetParam().step % 2 == 0) {
        const Ended again = sandbox_.Run(
            {"up", "--workers", "1", "--port", std::to_string(port_), "--timeout", "50"});
        EXPECT_EQ(Complaint(again, 0), "");
        EXPECT_EQ(again.err.find("removing what it left") != std::string::npos, status.code != 4);
        EXPECT_EQ(sandbox_.Status(0)["state"], "running");
    }
    Wipe();
    ExpectNothingIsLeft();
}

INSTANTIATE_TEST_SUITE_P(At, InterruptedUpTest, testing::ValuesIn(kMoments),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(UpThatNobodyListensTo, ComesToItsEnd) {
    Sandbox sandbox("up_unheard");
    const Ended ended = sandbox.Shell("set -o pipefail; $PGSPAN up --workers 1 --port " +
                                      std::to_string(FreePorts(2)) + " 2>&1 >$HOME/up.out | true");
    EXPECT_EQ(Complaint(ended, 0), "");
    EXPECT_EQ(sandbox.Status(0)["state"], "running");
}

}  // namespace
}  // namespace pgspan::test
