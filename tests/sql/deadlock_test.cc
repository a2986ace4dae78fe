// Proves that a deadlock whose cycle runs over several nodes ends with 40P01 in one of its
// sessions, that the others go on, and that a long wait that is none lasts.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class DeadlockTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE dead (k int PRIMARY KEY, v int)");
        OnCluster("SELECT create_distributed_table('dead', 'k')");
        OnCluster("INSERT INTO dead SELECT g, 0 FROM generate_series(1, 100) g");
        OnCluster("CREATE TABLE here (k int PRIMARY KEY, v int)");
        OnCluster("INSERT INTO here VALUES (1, 0)");
        first_ = KeyOn(Workers().at(0).port);
        second_ = KeyOn(Workers().at(1).port);
    }

    std::string KeyOn(int port) {
        return Value(
            "SELECT min(k) FROM generate_series(1, 100) k JOIN citus_shards s ON s.shardid = "
            "get_shard_id_for_distribution_column('dead', k) WHERE s.nodeport = " +
            std::to_string(port));
    }

    static std::string Add(const std::string& key) {
        return "UPDATE dead SET v = v + 1 WHERE k = " + key;
    }

    void ExpectWaits(Session& session) {
        EXPECT_TRUE(Eventually(seconds(20), [&] {
            return Number(
                       "SELECT count(*) FROM pgspan.execute_on_group(1, 'SELECT 1 FROM "
                       "pgspan.lock_waits() WHERE waiter_pid = " +
                       std::to_string(session.backend_pid()) + "')") +
                       Number(
                           "SELECT count(*) FROM pgspan.execute_on_group(2, 'SELECT 1 FROM "
                           "pgspan.lock_waits() WHERE waiter_pid = " +
                           std::to_string(session.backend_pid()) + "')") >
                   0;
        }));
    }

    std::string first_;
    std::string second_;
};

TEST_F(DeadlockTest, OneOfTwoSessionsOverTwoNodesGivesUp) {
    Session one = OpenCoordinator();
    Session two = OpenCoordinator();
    Do(one, "BEGIN");
    Do(two, "BEGIN");
    Do(one, Add(first_));
    Do(two, Add(second_));
    ASSERT_TRUE(one.Send(Add(second_)));
    ASSERT_TRUE(two.Send(Add(first_)));
    const Answer of_one = one.Wait();
    // The one that goes on may have to wait until the other's transaction has ended.
    if (!of_one.ok()) Do(one, "ROLLBACK");
    const Answer of_two = two.Wait();
    if (!of_two.ok()) Do(two, "ROLLBACK");
    ASSERT_NE(of_one.ok(), of_two.ok()) << of_one.message << " / " << of_two.message;
    const Answer& failed = of_one.ok() ? of_two : of_one;
    EXPECT_EQ(failed.sqlstate, "40P01") << failed.message;
    EXPECT_NE(failed.detail.find("waits"), std::string::npos) << failed.detail;
    Do(of_one.ok() ? one : two, "COMMIT");
    EXPECT_EQ(Number("SELECT sum(v) FROM dead"), 2);
}

TEST_F(DeadlockTest, ACycleThroughTheCoordinatorsOwnTableIsFoundToo) {
    Session one = OpenCoordinator();
    Session two = OpenCoordinator();
    Do(one, "BEGIN");
    Do(two, "BEGIN");
    Do(one, Add(first_));
    Do(two, "UPDATE here SET v = 1");
    ASSERT_TRUE(one.Send("UPDATE here SET v = 2"));
    ASSERT_TRUE(two.Send(Add(first_)));
    // Only the second waits for a node, so it is the one that finds the cycle.
    const Answer of_two = two.Wait();
    EXPECT_EQ(of_two.sqlstate, "40P01") << of_two.message;
    Do(two, "ROLLBACK");
    EXPECT_TRUE(one.Wait().ok());
    Do(one, "COMMIT");
    EXPECT_EQ(Number("SELECT v FROM here"), 2);
}

// A statement that is a whole transaction has its part prepared on the node that is done first.
TEST_F(DeadlockTest, ACycleThroughPartsThatAreAlreadyPreparedIsFound) {
    OnCluster("CREATE TABLE rows (k int, id int, v int)");
    OnCluster("SELECT create_distributed_table('rows', 'k', colocate_with => 'dead')");
    OnCluster("INSERT INTO rows SELECT k, id, 0 FROM unnest(ARRAY[" + first_ + ", " + second_ +
              "]) k, generate_series(1, 3) id");
    const auto add = [&](const std::string& ids_on_first) {
        return "UPDATE rows SET v = v + 1 WHERE (k = " + first_ + " AND id IN (" + ids_on_first +
               ")) OR (k = " + second_ + " AND id = 1)";
    };
    Session blocker = OpenCoordinator();
    Do(blocker, "BEGIN");
    Do(blocker, "UPDATE rows SET v = 1 WHERE k = " + first_ + " AND id = 1");
    // Waits for the blocker's row on the first node; has prepared on the second.
    Session one = OpenCoordinator();
    ASSERT_TRUE(one.Send(add("1, 3")));
    ExpectWaits(one);
    // Has prepared on the first node; waits for that part on the second.
    Session two = OpenCoordinator();
    ASSERT_TRUE(two.Send(add("3")));
    ExpectWaits(two);
    Do(blocker, "COMMIT");
    const Answer of_one = one.Wait();
    const Answer of_two = two.Wait();
    ASSERT_NE(of_one.ok(), of_two.ok()) << of_one.message << " / " << of_two.message;
    EXPECT_EQ((of_one.ok() ? of_two : of_one).sqlstate, "40P01");
    EXPECT_EQ(Number("SELECT sum(v) FROM rows"), of_one.ok() ? 4 : 3);
    EXPECT_EQ(Number("SELECT count(*) FROM pgspan.execute_on_group(1, 'SELECT gid FROM "
                     "pg_prepared_xacts')"),
              0);
}

TEST_F(DeadlockTest, ALongWaitThatIsNoneLasts) {
    Session one = OpenCoordinator();
    Session two = OpenCoordinator();
    Do(one, "BEGIN");
    Do(one, Add(first_));
    Do(two, "BEGIN");
    Do(two, Add(second_));
    ASSERT_TRUE(two.Send(Add(first_)));
    ExpectWaits(two);
    // Longer than two checks for deadlocks: after 1 s and after 2 s more.
    Do(one, "SELECT pg_sleep(3.5)");
    Do(one, "COMMIT");
    EXPECT_EQ(two.Wait().tag, "UPDATE 1");
    Do(two, "COMMIT");
    EXPECT_EQ(Number("SELECT sum(v) FROM dead"), 3);
}

}  // namespace
}  // namespace pgspan::test
