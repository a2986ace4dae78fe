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
            // And how long the sessions go on with what is left.
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

using Form = BankTest::Form;

struct FaultPoint {
    const char* name;
    bool commits;  // the decision has been taken when the backend dies
    BankTest::Form form;
};

void PrintTo(const FaultPoint& point, std::ostream* out) {
    constexpr const char* kForms[] = {"block", "block_with_note", "one_statement"};
    *out << point.name << "_of_" << kForms[static_cast<int>(point.form)];
}

class FaultPointTest : public TwoPhaseTest, public ::testing::WithParamInterface<FaultPoint> {
  protected:
    bool TransferInForm(Session& session, int transfer) {
        return Transfer(session, transfer, random_, GetParam().form);
    }
};

TEST_P(FaultPointTest, ACrashThereCommitsBothHalvesOrNone) {
    const FaultPoint& point = GetParam();
    Session session = OpenCoordinator();
    ASSERT_TRUE(TransferInForm(session, 1));
    Do(session, std::string("SET pgspan.fault_point = '") + point.name + "'");
    EXPECT_FALSE(TransferInForm(session, 2));
    EXPECT_FALSE(session.open()) << "nothing died at " << point.name;
    CloseCluster();
    BringBack();
    Recover();
    CheckNothingHalfDone({1});
    Session after = OpenCoordinator();
    EXPECT_EQ(Number(after, "SELECT count(*) FROM halves WHERE transfer = 2"),
              point.commits ? 2 : 0);
    EXPECT_TRUE(TransferInForm(after, 3));
    CheckNothingHalfDone({1, 3});
}

TEST_P(FaultPointTest, TheMaintenanceWorkerFinishesByItself) {
    Session session = OpenCoordinator();
    Do(session, std::string("SET pgspan.fault_point = '") + GetParam().name + "'");
    EXPECT_FALSE(TransferInForm(session, 1));
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
    ::testing::Values(FaultPoint{"before_prepare", false, Form::kBlockWithNote},
                      FaultPoint{"after_prepare_one", false, Form::kBlockWithNote},
                      FaultPoint{"after_prepare", false, Form::kBlockWithNote},
                      FaultPoint{"before_local_commit", false, Form::kBlockWithNote},
                      FaultPoint{"after_local_commit", true, Form::kBlockWithNote},
                      FaultPoint{"after_commit_prepared_one", true, Form::kBlockWithNote},
                      FaultPoint{"before_prepare", false, Form::kBlock},
                      FaultPoint{"after_prepare", false, Form::kBlock},
                      FaultPoint{"after_decision", true, Form::kBlock},
                      FaultPoint{"after_local_commit", true, Form::kBlock},
                      FaultPoint{"before_prepare", false, Form::kOneStatement},
                      FaultPoint{"after_prepare", false, Form::kOneStatement},
                      FaultPoint{"after_decision", true, Form::kOneStatement}),
    [](const ::testing::TestParamInfo<FaultPoint>& info) {
        return ::testing::PrintToString(info.param);
    });

// Until the node that has decided is back, nobody may guess.
TEST_F(TwoPhaseTest, APartWaitsForTheDecisionOfADeadNode) {
    const auto group_of = [&](size_t node) {
        Session session = OpenNode(nodes_[node]);
        return Scalar(session, "SELECT group_id FROM pgspan.local_node");
    };
    const std::string groups = group_of(2) + "_" + group_of(1);
    for (const bool commits : {false, true}) {
        SCOPED_TRACE(commits ? "decided" : "undecided");
        Session origin = OpenCoordinator();
        Do(origin, "BEGIN");
        const std::string gid =
            "pgspan_0_" + Value(origin, "SELECT pg_current_xact_id()") + "_1_1_" + groups;
        Session holder = OpenAsCoordinator(nodes_[2]);
        const std::string kept = commits ? "kept" : "lost";
        Do(holder, "CREATE SCHEMA IF NOT EXISTS part");
        Do(holder, "BEGIN");
        Do(holder, "CREATE TABLE part." + kept + " ()");
        Do(holder, "PREPARE TRANSACTION '" + gid + "'");
        if (commits) {
            Session decider = OpenNode(nodes_[1]);
            Do(decider, "INSERT INTO pgspan.decision VALUES ('" + gid +
                            "', (SELECT owner FROM pgspan.execute_on_group(" + group_of(2) +
                            ", 'SELECT owner FROM pg_prepared_xacts') owner)::regrole, true)");
        }
        ASSERT_EQ(kill(Postmaster(1), SIGKILL), 0);
        Do(origin, "ROLLBACK");
        EXPECT_EQ(Value(origin, "SELECT recover_prepared_transactions()"), "0");
        EXPECT_EQ(Scalar(holder, "SELECT count(*) FROM pg_prepared_xacts"), "1");
        BringBack();
        Recover();
        EXPECT_EQ(Scalar(holder, "SELECT to_regclass('part." + kept + "') IS NOT NULL"),
                  commits ? "t" : "f");
    }
    Session holder = OpenNode(nodes_[2]);
    Do(holder, "DROP SCHEMA part CASCADE");
}

// Recovery has asked, and rolled back: whoever was about to decide comes too late.
TEST_F(TwoPhaseTest, ADecisionThatComesAfterRecoveryHasAskedFails) {
    Session decider = OpenAsCoordinator(nodes_[1]);
    const std::string group = Scalar(decider, "SELECT group_id FROM pgspan.local_node");
    const std::string gid = "pgspan_0_3_1_1_" + std::string(group == "1" ? "2_1" : "1_2");
    Do(decider, "BEGIN");
    Do(decider, "SELECT 1");
    Session recovery = OpenNode(nodes_[1]);
    Do(recovery,
       "INSERT INTO pgspan.decision VALUES ('" + gid + "', current_user::regrole, false)");
    const Answer late = decider.Run("SELECT pgspan.decide(ARRAY['" + gid + "'])");
    EXPECT_EQ(late.sqlstate, "23505") << late.message;
    Do(decider, "ROLLBACK");
    Recover();
    EXPECT_EQ(Scalar(recovery, "SELECT count(*) FROM pgspan.decision"), "0");
}

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
