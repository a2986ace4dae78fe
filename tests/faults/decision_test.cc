// Proves that a transaction over which another node decides stays all or nothing when its session
// is terminated at that moment, when that node commits asynchronously and crashes, when recovery
// runs all the time, and whatever other roles write down as decided.
#include <csignal>
#include <functional>
#include <thread>

#include "tests/faults/bank.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class DecisionTest : public BankTest {
  protected:
    void SetUp() override {
        BankTest::SetUp();
        OnCluster(
            "CREATE TABLE slips (account int, transfer int, UNIQUE (account, transfer) DEFERRABLE "
            "INITIALLY DEFERRED)");
        OnCluster(
            "SELECT create_distributed_table('slips', 'account', colocate_with => 'accounts')");
        from_ = std::to_string(on_first_[0]);
        to_ = std::to_string(on_second_[0]);
    }

    static std::string Slip(const std::string& account) {
        return "INSERT INTO slips VALUES (" + account + ", 1)";
    }
    std::string Slips() { return Rows("SELECT account FROM slips"); }

    // Puts the same slip into the shard itself and does not commit: a COMMIT there has to wait.
    Session HoldSlip(size_t node, const std::string& account) {
        const std::string shard = Value(
            "SELECT shard_name FROM citus_shards WHERE shardid = "
            "get_shard_id_for_distribution_column('slips', " +
            account + ")");
        Session holder = OpenNode(nodes_[node]);
        Do(holder, "BEGIN");
        Do(holder, "INSERT INTO " + shard + " VALUES (" + account + ", 1)");
        return holder;
    }

    bool DecidesNow(size_t node) {
        Session session = OpenNode(nodes_[node]);
        return Scalar(session,
                      "SELECT count(*) FROM pg_stat_activity WHERE query = 'COMMIT' AND "
                      "wait_event_type = 'Lock'") == "1";
    }

    // A transaction over which the second worker is about to decide. Its slip there waits for
    // holder.
    void StartTransfer(Session& session) {
        Do(session, "BEGIN");
        Do(session, Slip(from_));
        Do(session, Slip(to_));
        ASSERT_TRUE(session.Send("COMMIT"));
        ASSERT_TRUE(Eventually(seconds(20), [&] { return DecidesNow(2); }))
            << "the second worker does not decide";
    }

    std::string from_;
    std::string to_;
};

// The decision is taken, and before its answer is read the session has to end.
TEST_F(DecisionTest, ASessionThatIsTerminatedDoesNotGuessTheDecision) {
    Session session = OpenCoordinator();
    Session holder = HoldSlip(2, to_);
    StartTransfer(session);
    const int pid = session.backend_pid();
    ASSERT_EQ(kill(pid, SIGSTOP), 0);
    Do(holder, "ROLLBACK");
    EXPECT_TRUE(Eventually(seconds(20), [&] {
        return Scalar(holder, "SELECT count(*) FROM pgspan.decision WHERE commits") == "1";
    }));
    OnCluster("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
    ASSERT_EQ(kill(pid, SIGCONT), 0);
    EXPECT_FALSE(session.Wait().ok());
    EXPECT_FALSE(session.open());
    ASSERT_TRUE(Eventually(seconds(20), [&] {
        return Number("SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(pid)) ==
               0;
    }));
    Recover();
    EXPECT_EQ(Number("SELECT count(*) FROM slips"), 2) << Slips();
}

TEST_F(DecisionTest, ACancelBeforeTheDecisionRollsAllBack) {
    Session session = OpenCoordinator();
    Session holder = HoldSlip(2, to_);
    StartTransfer(session);
    ASSERT_TRUE(session.Cancel());
    EXPECT_EQ(session.Wait().sqlstate, "57014");
    Do(holder, "ROLLBACK");
    EXPECT_EQ(Slips(), "");
    EXPECT_EQ(Prepared(), "");
}

TEST_F(DecisionTest, WhatTheDeciderFindsAtItsCommitRollsAllBack) {
    Session session = OpenCoordinator();
    Session holder = HoldSlip(2, to_);
    StartTransfer(session);
    Do(holder, "COMMIT");
    EXPECT_EQ(session.Wait().sqlstate, "23505");
    EXPECT_EQ(Slips(), to_);
    EXPECT_EQ(Prepared(), "");
}

TEST_F(DecisionTest, ADecisionIsNotLostByAsynchronousCommits) {
    Session second = OpenNode(nodes_[2]);
    // The time that the WAL writer leaves between its flushes is what the crash needs.
    for (const char* setting : {"synchronous_commit = off", "wal_writer_delay = '10s'"}) {
        Do(second, std::string("ALTER SYSTEM SET ") + setting);
    }
    Do(second, "SELECT pg_reload_conf()");
    std::set<int> committed;
    for (int transfer = 1; transfer <= 3; ++transfer) {
        Session session = OpenCoordinator();
        if (Transfer(session, transfer, random_, Form::kBlock)) committed.insert(transfer);
        ASSERT_EQ(kill(Postmaster(2), SIGKILL), 0);
        CloseCluster();
        BringBack();
    }
    Session after = OpenNode(nodes_[2]);
    for (const char* setting : {"synchronous_commit", "wal_writer_delay"}) {
        Do(after, std::string("ALTER SYSTEM RESET ") + setting);
    }
    Do(after, "SELECT pg_reload_conf()");
    Recover();
    EXPECT_EQ(committed.size(), 3U);
    CheckNothingHalfDone(committed);
}

TEST_F(DecisionTest, RecoveryLeavesLiveTransactionsAlone) {
    std::atomic<bool> stop = false;
    std::set<int> by_session[2];
    std::vector<std::thread> sessions;
    sessions.reserve(2);
    for (int i = 0; i < 2; ++i) {
        sessions.emplace_back([&, i] {
            TransferLoop(seed_ + static_cast<unsigned>(i), i * 1'000'000, stop, by_session[i]);
        });
    }
    for (int round = 0; round < 100; ++round) OnCluster("SELECT recover_prepared_transactions()");
    stop = true;
    for (std::thread& session : sessions) session.join();
    std::set<int> committed = by_session[0];
    committed.insert(by_session[1].begin(), by_session[1].end());
    EXPECT_GT(committed.size(), 10U);
    Recover();
    CheckNothingHalfDone(committed);
    for (const Node& node : nodes_) {
        Session session = OpenNode(node);
        EXPECT_EQ(Scalar(session, "SELECT count(*) FROM pgspan.decision"), "0");
    }
}

// Everybody may read the name of a part, and write down what he likes.
TEST_F(DecisionTest, ARoleNeitherTakesNorKeepsAnothersDecision) {
    Session holder = OpenAsCoordinator(nodes_[2]);
    Session decider = OpenAsCoordinator(nodes_[1]);
    const std::string group = Scalar(decider, "SELECT group_id FROM pgspan.local_node");
    Do(holder, "CREATE TABLE part_of_postgres ()");
    Do(holder, "BEGIN");
    Do(holder, "DROP TABLE part_of_postgres");
    const std::string gid =
        "pgspan_0_3_1_1_" + Scalar(holder, "SELECT group_id FROM pgspan.local_node") + "_" + group;
    const std::string decide = "SELECT pgspan.decide(ARRAY['" + gid + "'])";
    OnCluster("CREATE ROLE decides_for_others");
    Do(decider, "SET ROLE decides_for_others");
    Do(decider, decide);
    Do(decider, "RESET ROLE");
    // It keeps nobody from deciding ...
    Do(decider, "BEGIN");
    Do(decider, decide);
    Do(decider, "ROLLBACK");
    // ... and decides nothing.
    Do(holder, "PREPARE TRANSACTION '" + gid + "'");
    Recover();
    EXPECT_EQ(Scalar(holder, "SELECT to_regclass('part_of_postgres') IS NOT NULL"), "t");
    Do(holder, "DROP TABLE part_of_postgres");
    Recover();
    OnCluster("DROP ROLE decides_for_others");
}

// Nobody is left to ask for, and nothing crashes.
TEST_F(DecisionTest, APartOfADroppedRoleWaits) {
    Session holder = OpenAsCoordinator(nodes_[2]);
    Session decider = OpenNode(nodes_[1]);
    const std::string gid = "pgspan_0_3_1_1_" +
                            Scalar(holder, "SELECT group_id FROM pgspan.local_node") + "_" +
                            Scalar(decider, "SELECT group_id FROM pgspan.local_node");
    OnCluster("CREATE ROLE leaves_a_part");
    Do(holder, "SET ROLE leaves_a_part");
    Do(holder, "BEGIN");
    Do(holder, "SELECT pg_current_xact_id()");
    Do(holder, "PREPARE TRANSACTION '" + gid + "'");
    Do(holder, "RESET ROLE");
    OnCluster("DROP ROLE leaves_a_part");
    EXPECT_EQ(Value("SELECT recover_prepared_transactions()"), "0");
    EXPECT_EQ(Prepared(), gid);
    Do(holder, "ROLLBACK PREPARED '" + gid + "'");
}

}  // namespace
}  // namespace pgspan::test
