// Proves that kill -9 of any one process, at random moments of a loop of two-node transactions and
// at each chosen point of a two-phase commit, never leaves a transaction half committed, and never
// loses one that was acknowledged. PGSPAN_TEST_SEED repeats a run, PGSPAN_TEST_ROUNDS makes it
// longer.
#include <sys/types.h>

#include <csignal>
#include <functional>
#include <thread>

#include "tests/faults/bank.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TwoPhaseTest : public BankTest {
  protected:
    // Rounds of: transfers in two sessions, a kill at a random moment, restart, recovery, check.
    void KillRounds(const std::function<int()>& choose_victim) {
        const long rounds = FromEnvironment("PGSPAN_TEST_ROUNDS", 4);
        std::set<int> committed;
        int killed = 0;
        for (int round = 0; round < rounds && !HasFatalFailure(); ++round) {
            std::atomic<bool> stop = false;
            std::set<int> by_session[2];
            std::vector<std::thread> sessions;
            sessions.reserve(2);
            for (int i = 0; i < 2; ++i) {
                sessions.emplace_back([&, i] {
                    TransferLoop(seed_ + static_cast<unsigned>(round * 2 + i),
                                 (round * 2 + i) * 1'000'000, stop, by_session[i]);
                });
            }
            // The moment itself is what is random here.
            std::this_thread::sleep_for(milliseconds(50 + random_() % 400));
            int pid = 0;
            EXPECT_TRUE(Eventually(seconds(10), [&] { return (pid = choose_victim()) > 1; }));
            if (pid > 1 && kill(pid, SIGKILL) == 0) ++killed;
            std::this_thread::sleep_for(milliseconds(random_() % 300));
            stop = true;
            for (std::thread& session : sessions) session.join();
            for (const std::set<int>& some : by_session) committed.insert(some.begin(), some.end());
            BringBack();
            Recover();
            CheckNothingHalfDone(committed);
        }
        EXPECT_EQ(killed, rounds);
        EXPECT_GT(committed.size(), 10U) << "hardly anything was committed: this proves little";
        std::printf("%zu transfers acknowledged, %d processes killed\n", committed.size(), killed);
    }
};

TEST_F(TwoPhaseTest, KillingAWorkersBackendLeavesNothingHalfDone) {
    KillRounds([&] { return SomeBackend(nodes_[1 + random_() % 2]); });
}

TEST_F(TwoPhaseTest, KillingAWorkerLeavesNothingHalfDone) {
    KillRounds([&] { return Postmaster(1 + random_() % 2); });
}

TEST_F(TwoPhaseTest, KillingACoordinatorsBackendLeavesNothingHalfDone) {
    KillRounds([&] { return SomeBackend(nodes_[0]); });
}

TEST_F(TwoPhaseTest, KillingTheCoordinatorLeavesNothingHalfDone) {
    KillRounds([&] { return Postmaster(0); });
}

struct FaultPoint {
    const char* name;
    bool commits;  // the decision has been taken when the backend dies
};

void PrintTo(const FaultPoint& point, std::ostream* out) {
    *out << point.name;
}

class FaultPointTest : public TwoPhaseTest, public ::testing::WithParamInterface<FaultPoint> {};

TEST_P(FaultPointTest, ACrashThereCommitsBothHalvesOrNone) {
    const FaultPoint& point = GetParam();
    std::mt19937 random(seed_);
    Session session = OpenCoordinator();
    ASSERT_TRUE(Transfer(session, 1, random));
    Do(session, std::string("SET pgspan.fault_point = '") + point.name + "'");
    EXPECT_FALSE(Transfer(session, 2, random));
    EXPECT_FALSE(session.open()) << "nothing died at " << point.name;
    CloseCluster();
    BringBack();
    Recover();
    CheckNothingHalfDone({1});
    Session after = OpenCoordinator();
    EXPECT_EQ(Number(after, "SELECT count(*) FROM halves WHERE transfer = 2"),
              point.commits ? 2 : 0);
    EXPECT_TRUE(Transfer(after, 3, random));
    CheckNothingHalfDone({1, 3});
}

TEST_P(FaultPointTest, TheMaintenanceWorkerFinishesByItself) {
    std::mt19937 random(seed_);
    Session session = OpenCoordinator();
    Do(session, std::string("SET pgspan.fault_point = '") + GetParam().name + "'");
    EXPECT_FALSE(Transfer(session, 1, random));
    CloseCluster();
    BringBack();
    for (const Node& node : nodes_) {
        EXPECT_TRUE(Eventually(kRestart,
                               [&] {
                                   Session of_node = OpenNode(node);
                                   return Scalar(of_node,
                                                 "SELECT count(*) FROM pg_prepared_xacts") == "0";
                               }))
            << "prepared transactions stay on port " << node.port;
    }
    CheckNothingHalfDone({});
}

INSTANTIATE_TEST_SUITE_P(
    Points, FaultPointTest,
    ::testing::Values(FaultPoint{"before_prepare", false}, FaultPoint{"after_prepare_one", false},
                      FaultPoint{"after_prepare", false}, FaultPoint{"before_local_commit", false},
                      FaultPoint{"after_local_commit", true},
                      FaultPoint{"after_commit_prepared_one", true}),
    [](const ::testing::TestParamInfo<FaultPoint>& info) { return std::string(info.param.name); });

TEST_F(TwoPhaseTest, ACrashBeforeTheOneRemoteCommitLosesAllOfIt) {
    Session session = OpenCoordinator();
    const std::string id = std::to_string(on_first_[0]);
    Do(session, "SET pgspan.fault_point = 'before_remote_commit'");
    Do(session, "BEGIN");
    Do(session, "UPDATE accounts SET balance = 0 WHERE id = " + id);
    EXPECT_FALSE(session.Run("COMMIT").ok());
    EXPECT_FALSE(session.open());
    CloseCluster();
    BringBack();
    Recover();
    CheckNothingHalfDone({});
}

}  // namespace
}  // namespace pgspan::test
