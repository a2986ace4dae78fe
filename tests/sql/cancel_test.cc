// Proves that a statement that is cancelled, times out or loses its session ends on every node too.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPatience{20'000};

class CancelTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE many (k int, id int)");
        OnCluster("SELECT create_distributed_table('many', 'k')");
        OnCluster("INSERT INTO many SELECT g % 8, g FROM generate_series(1, 24000) g");
        for (const Node& node : Workers()) workers_.push_back(OpenNode(node));
    }

    // Statements on the workers that read the table of this test and are still running.
    long Running() {
        long running = 0;
        for (Session& worker : workers_) {
            running += Number(worker,
                              "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND "
                              "pid <> pg_backend_pid() AND query LIKE '%many_%'");
        }
        return running;
    }

    void StartAndWaitUntilItRuns(Session& session, const std::string& sql, long nodes) {
        ASSERT_TRUE(session.Send(sql));
        ASSERT_TRUE(Eventually(kPatience, [&] { return Running() >= nodes; }))
            << "never ran on " << nodes << " nodes: " << sql;
    }

    void ExpectNothingRuns() {
        EXPECT_TRUE(Eventually(milliseconds(5'000), [&] { return Running() == 0; }));
    }

    std::vector<Session> workers_;
};

// Joins of 3000 rows with themselves: hours of work, no function that could run elsewhere.
constexpr const char* kFanOut =
    "SELECT count(*) FROM many a JOIN many b USING (k) JOIN many c USING (k) WHERE a.id + b.id < "
    "c.id";
constexpr const char* kRouted =
    "SELECT count(*) FROM many a JOIN many b USING (k) JOIN many c USING (k) WHERE a.k = 3 AND "
    "a.id + b.id < c.id";

TEST_F(CancelTest, CancellationReachesEveryNode) {
    StartAndWaitUntilItRuns(cluster(), kFanOut, 2);
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    ExpectNothingRuns();
    EXPECT_EQ(Number("SELECT count(*) FROM many"), 24000);
}

TEST_F(CancelTest, CancellationOfARoutedReadReachesItsNode) {
    StartAndWaitUntilItRuns(cluster(), kRouted, 1);
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    ExpectNothingRuns();
}

TEST_F(CancelTest, StatementTimeoutReachesEveryNode) {
    OnCluster("SET statement_timeout = '3s'");
    StartAndWaitUntilItRuns(cluster(), kFanOut, 2);
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    ExpectNothingRuns();
    OnCluster("RESET statement_timeout");
}

TEST_F(CancelTest, ATransactionGoesOnFromItsSavepointAfterACancellation) {
    OnCluster("BEGIN");
    OnCluster("INSERT INTO many VALUES (100, -1)");
    OnCluster("SAVEPOINT s");
    StartAndWaitUntilItRuns(cluster(), kFanOut, 2);
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    OnCluster("ROLLBACK TO s");
    OnCluster("INSERT INTO many VALUES (101, -1)");
    OnCluster("COMMIT");
    EXPECT_EQ(Number("SELECT count(*) FROM many WHERE id = -1"), 2);
}

TEST_F(CancelTest, AWaitForALockOnANodeCanBeCancelled) {
    Session holder = OpenCoordinator();
    Do(holder, "BEGIN");
    Do(holder, "UPDATE many SET id = id WHERE k = 3");
    ASSERT_TRUE(cluster().Send("UPDATE many SET id = id WHERE k = 3"));
    ASSERT_TRUE(Eventually(kPatience, [&] { return Running() >= 1; }));
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    ExpectNothingRuns();
    Do(holder, "ROLLBACK");
    EXPECT_EQ(OnCluster("UPDATE many SET id = id WHERE k = 3").tag, "UPDATE 3000");
}

TEST_F(CancelTest, ATerminatedSessionLeavesNothingRunning) {
    StartAndWaitUntilItRuns(cluster(), kFanOut, 2);
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
        Do(leaver, "UPDATE many SET id = id + 100000");
    }
    OnCluster("SET statement_timeout = '10s'");
    EXPECT_EQ(OnCluster("UPDATE many SET id = id").tag, "UPDATE 24000");
    EXPECT_EQ(Number("SELECT max(id) FROM many"), 24000);
}

}  // namespace
}  // namespace pgspan::test
