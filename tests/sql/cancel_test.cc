// Proves that a statement that is cancelled, times out or loses its session ends on every node too.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

#include <csignal>
#include <random>
#include <sstream>

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPatience{20'000};

class CancelTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        // A name of its own, so that what another test has left running is not taken for ours.
        table_ = "many" + std::to_string(cluster().backend_pid());
        OnCluster("CREATE TABLE " + table_ + " (k int, id int)");
        OnCluster("SELECT create_distributed_table('" + table_ + "', 'k')");
        OnCluster("INSERT INTO " + table_ + " SELECT g % 8, g FROM generate_series(1, 24000) g");
        for (const Node& node : Workers()) workers_.push_back(OpenNode(node));
    }

    // A join of 3000 rows with themselves: hours of work, without a function that could run
    // elsewhere.
    [[nodiscard]] std::string Endless(const std::string& condition) const {
        std::ostringstream sql;
        sql << "SELECT count(*) FROM " << table_ << " a JOIN " << table_ << " b USING (k) JOIN "
            << table_ << " c USING (k) WHERE a.id + b.id < c.id AND " << condition;
        return sql.str();
    }
    [[nodiscard]] std::string FanOut() const { return Endless("true"); }
    [[nodiscard]] std::string Routed() const { return Endless("a.k = 3"); }

    // Statements on the workers that read the table of this test and are still running.
    long Running() {
        long running = 0;
        for (Session& worker : workers_) {
            running += Number(worker,
                              "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND "
                              "pid <> pg_backend_pid() AND query LIKE '%" +
                                  table_ + "%'");
        }
        return running;
    }

    // Sessions of nodes on the workers that are taking a role, in such a state.
    long TakingRoles(const std::string& state) {
        long sessions = 0;
        for (Session& worker : workers_) {
            sessions += Number(worker,
                               "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND "
                               "query LIKE 'SELECT pgspan.act_for%' AND " +
                                   state);
        }
        return sessions;
    }

    void StartAndWaitUntilItRuns(Session& session, const std::string& sql, long nodes) {
        ASSERT_TRUE(session.Send(sql));
        ASSERT_TRUE(Eventually(kPatience, [&] { return Running() >= nodes; }))
            << "never ran on " << nodes << " nodes: " << sql;
    }

    void ExpectNothingRuns() {
        EXPECT_TRUE(Eventually(milliseconds(5'000), [&] { return Running() == 0; }));
    }

    std::string table_;
    std::vector<Session> workers_;
};

TEST_F(CancelTest, CancellationReachesEveryNode) {
    StartAndWaitUntilItRuns(cluster(), FanOut(), 2);
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    ExpectNothingRuns();
    EXPECT_EQ(Number("SELECT count(*) FROM " + table_), 24000);
}

// A cancel request that arrives between two messages of a pipeline stops neither: it has to be
// repeated.
TEST_F(CancelTest, CancellationAtAnyMomentReachesEveryNode) {
    std::mt19937 random(4711);
    for (int i = 0; i < 40; ++i) {
        ASSERT_TRUE(cluster().Send(i % 2 == 0 ? FanOut() : Routed()));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
        ASSERT_TRUE(cluster().Cancel());
        const Answer answer = cluster().Wait();
        ASSERT_EQ(answer.sqlstate, "57014") << "round " << i << " " << Describe(answer, 1);
        ASSERT_TRUE(Eventually(milliseconds(5'000), [&] { return Running() == 0; }))
            << "still running after the cancellation of round " << i;
    }
    EXPECT_EQ(Number("SELECT count(*) FROM " + table_), 24000);
}

// A node takes another role before the statement that needs it: whether it has done so when the
// session is interrupted there, the session does not know.
TEST_F(CancelTest, CancellationLeavesNobodyElsesRoleOnANode) {
    OnCluster("CREATE ROLE cancels");
    OnCluster("GRANT USAGE ON SCHEMA " + schema() + " TO cancels");
    OnCluster("GRANT SELECT ON " + table_ + " TO cancels");
    OnCluster(
        "CREATE FUNCTION of_superuser(OUT bigint) SECURITY DEFINER LANGUAGE sql AS 'SELECT "
        "count(*) FROM " +
        table_ + "'");
    OnCluster("SET ROLE cancels");
    // As the nodes see it.
    const std::string is_superuser =
        "SELECT count(*) FROM " + table_ +
        " WHERE pg_has_role((SELECT session_user), CASE WHEN id > 0 THEN 'MEMBER' END)";
    EXPECT_EQ(Number(is_superuser), 0);
    // Nodes cannot check whether the session may be the superuser ...
    std::vector<Session> locks;
    for (const Node& node : Workers()) {
        locks.push_back(OpenNode(node));
        Do(locks.back(), "BEGIN");
        Do(locks.back(), "LOCK TABLE pgspan.cluster_secret");
    }
    ASSERT_TRUE(cluster().Send("SELECT of_superuser()"));
    EXPECT_TRUE(Eventually(kPatience, [&] { return TakingRoles("wait_event_type = 'Lock'") > 0; }));
    // ... until it sleeps: it finds the answer and the cancellation together.
    ASSERT_EQ(kill(cluster().backend_pid(), SIGSTOP), 0);
    for (Session& lock : locks) Do(lock, "COMMIT");
    EXPECT_TRUE(Eventually(kPatience, [&] { return TakingRoles("true") == 0; }));
    EXPECT_TRUE(cluster().Cancel());
    ASSERT_EQ(kill(cluster().backend_pid(), SIGCONT), 0);
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    EXPECT_EQ(Number(is_superuser), 0);
    OnCluster("RESET ROLE");
    OnCluster("DROP OWNED BY cancels");
    OnCluster("DROP ROLE cancels");
}

TEST_F(CancelTest, CancellationOfARoutedReadReachesItsNode) {
    StartAndWaitUntilItRuns(cluster(), Routed(), 1);
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    ExpectNothingRuns();
}

TEST_F(CancelTest, StatementTimeoutReachesEveryNode) {
    OnCluster("SET statement_timeout = '3s'");
    StartAndWaitUntilItRuns(cluster(), FanOut(), 2);
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    ExpectNothingRuns();
    OnCluster("RESET statement_timeout");
}

TEST_F(CancelTest, ATransactionGoesOnFromItsSavepointAfterACancellation) {
    OnCluster("BEGIN");
    OnCluster("INSERT INTO " + table_ + " VALUES (100, -1)");
    OnCluster("SAVEPOINT s");
    StartAndWaitUntilItRuns(cluster(), FanOut(), 2);
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    OnCluster("ROLLBACK TO s");
    OnCluster("INSERT INTO " + table_ + " VALUES (101, -1)");
    OnCluster("COMMIT");
    EXPECT_EQ(Number("SELECT count(*) FROM " + table_ + " WHERE id = -1"), 2);
}

TEST_F(CancelTest, AWaitForALockOnANodeCanBeCancelled) {
    Session holder = OpenCoordinator();
    Do(holder, "BEGIN");
    Do(holder, "UPDATE " + table_ + " SET id = id WHERE k = 3");
    ASSERT_TRUE(cluster().Send("UPDATE " + table_ + " SET id = id WHERE k = 3"));
    ASSERT_TRUE(Eventually(kPatience, [&] { return Running() >= 1; }));
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    ExpectNothingRuns();
    Do(holder, "ROLLBACK");
    EXPECT_EQ(OnCluster("UPDATE " + table_ + " SET id = id WHERE k = 3").tag, "UPDATE 3000");
}

TEST_F(CancelTest, ATerminatedSessionLeavesNothingRunning) {
    StartAndWaitUntilItRuns(cluster(), FanOut(), 2);
    Session other = OpenCoordinator();
    EXPECT_EQ(Value(other,
                    "SELECT pg_terminate_backend(" + std::to_string(cluster().backend_pid()) + ")"),
              "t");
    EXPECT_FALSE(cluster().Wait().ok());
    ExpectNothingRuns();
}

TEST_F(CancelTest, AClosedClientReleasesItsLocksOnTheNodes) {
    {
        Session leaver = OpenCoordinator();
        Do(leaver, "BEGIN");
        Do(leaver, "UPDATE " + table_ + " SET id = id + 100000");
    }
    OnCluster("SET statement_timeout = '10s'");
    EXPECT_EQ(OnCluster("UPDATE " + table_ + " SET id = id").tag, "UPDATE 24000");
    EXPECT_EQ(Number("SELECT max(id) FROM " + table_), 24000);
}

}  // namespace
}  // namespace pgspan::test
