// Proves that one PostgreSQL which subscribes to every node of the cluster gets what the tables of
// a publication hold, and every later change of them, once and under their own names.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

class PublicationsTest : public ClusterTest {
  protected:
    void TearDown() override {
        for (size_t i = 0; i < subscriptions_; i++)
            Do(truth(), "DROP SUBSCRIPTION " + Subscription(i));
        if (subscriptions_ > 0 || published_) OnCluster("DROP PUBLICATION " + schema());
        ClusterTest::TearDown();
    }

    void Publish(const std::string& what) {
        OnCluster("CREATE PUBLICATION " + schema() + " " + what);
        published_ = true;
    }

    void SubscribeToEveryNode() {
        for (const Node& node : Nodes()) {
            Do(truth(), "CREATE SUBSCRIPTION " + Subscription(subscriptions_) + " CONNECTION '" +
                            node.conninfo + "' PUBLICATION " + schema());
            subscriptions_++;
        }
    }

    void RefreshSubscriptions() {
        for (size_t i = 0; i < subscriptions_; i++)
            Do(truth(), "ALTER SUBSCRIPTION " + Subscription(i) + " REFRESH PUBLICATION");
    }

    // Both sides give the same rows before the deadline.
    void ExpectArrives(const std::string& query) {
        const std::string wanted = Rows(query);
        std::string seen;
        EXPECT_TRUE(Eventually(std::chrono::seconds(60),
                               [&] {
                                   seen = Rows(truth(), query);
                                   return seen == wanted;
                               }))
            << query << "\nthe subscriber has\n"
            << seen << "\nand not\n"
            << wanted;
    }

    // What a subscriber would be sent of a change, by a slot of its own on every node: how often
    // the text stands in it.
    long TimesSent(const std::string& change, const std::string& text) {
        long times = 0;
        for (const Node& node : Nodes()) {
            Session session = OpenNode(node);
            Do(session,
               "SELECT pg_create_logical_replication_slot('" + schema() + "', 'pgoutput')");
        }
        OnCluster(change);
        for (const Node& node : Nodes()) {
            Session session = OpenNode(node);
            times += Number(session,
                            "SELECT count(*) FROM pg_logical_slot_get_binary_changes('" + schema() +
                                "', NULL, NULL, 'proto_version', '1', 'publication_names', '" +
                                schema() + "') WHERE position('" + text + "'::bytea IN data) > 0");
            Do(session, "SELECT pg_drop_replication_slot('" + schema() + "')");
        }
        return times;
    }

  private:
    [[nodiscard]] std::string Subscription(size_t i) const {
        return schema() + "_" + std::to_string(i);
    }

    size_t subscriptions_ = 0;
    bool published_ = false;
};

constexpr const char* kT = "SELECT * FROM t ORDER BY k";
constexpr const char* kRef = "SELECT * FROM ref ORDER BY k";

TEST_F(PublicationsTest, ReachASubscriberOfEveryNode) {
    OnBoth("CREATE TABLE t (k int PRIMARY KEY, gone int, v text, n int DEFAULT 3)");
    OnBoth("ALTER TABLE t DROP COLUMN gone");
    OnBoth("CREATE TABLE ref (k int PRIMARY KEY, v text)");
    OnBoth("CREATE TABLE here (k int PRIMARY KEY, v text)");
    OnCluster("SELECT create_distributed_table('t', 'k')");
    OnCluster("SELECT create_reference_table('ref')");
    OnCluster("INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 100) g");
    OnCluster("INSERT INTO ref SELECT g, 'r' || g FROM generate_series(1, 10) g");
    OnCluster("INSERT INTO here VALUES (1, 'one')");
    Publish("FOR TABLE t, ref, here WITH (publish = 'insert, update, delete')");
    SubscribeToEveryNode();
    ExpectArrives(kT);
    ExpectArrives(kRef);
    ExpectArrives("SELECT * FROM here");

    OnCluster("UPDATE t SET v = 'changed' WHERE k % 3 = 0");
    OnCluster("DELETE FROM t WHERE k % 7 = 0");
    OnCluster("UPDATE t SET k = k + 1000 WHERE k < 10");
    OnCluster("UPDATE ref SET v = 'changed' WHERE k = 4");
    OnCluster("COPY t (k, v) FROM STDIN", "5001\tcopied\n5002\tcopied\n");
    ExpectArrives(kT);
    ExpectArrives(kRef);

    // Columns that came later, in rows that were there before.
    OnBoth("ALTER TABLE t ADD COLUMN late text DEFAULT 'late'");
    OnBoth("ALTER TABLE t REPLICA IDENTITY FULL");
    OnCluster("UPDATE t SET n = 4 WHERE k BETWEEN 20 AND 60");
    ExpectArrives(kT);

    // Rows that the cluster moves for itself are no changes.
    OnCluster("SELECT undistribute_table('t')");
    OnCluster("INSERT INTO t (k, v) VALUES (6001, 'while local')");
    OnCluster("SELECT create_distributed_table('t', 'k')");
    RefreshSubscriptions();
    OnCluster("INSERT INTO t (k, v) SELECT g, 'again' FROM generate_series(7001, 7040) g");
    ExpectArrives(kT);
}

TEST_F(PublicationsTest, OfAllTablesHoldNothingOfTheEngine) {
    OnCluster("CREATE TABLE t (k int, v text)");
    OnCluster("SELECT create_distributed_table('t', 'k')");
    Publish("FOR ALL TABLES WITH (publish = 'insert, update')");
    EXPECT_EQ(Number("SELECT count(*) FROM pg_publication_tables WHERE pubname = '" + schema() +
                     "' AND schemaname LIKE 'pgspan%'"),
              0);
    OnCluster("INSERT INTO t SELECT g, 'moved' FROM generate_series(1, 50) g");
    EXPECT_EQ(TimesSent("SELECT undistribute_table('t')", "moved"), 0);
    OnCluster("SELECT create_distributed_table('t', 'k')");
    EXPECT_EQ(TimesSent("INSERT INTO t SELECT g, 'sent' FROM generate_series(1, 50) g", "sent"),
              50);
    ExpectError("UPDATE t SET v = 'x'", "55000");
}

TEST_F(PublicationsTest, ChooseRowsAndColumnsAsOnOnePostgres) {
    OnCluster("CREATE TABLE t (k int PRIMARY KEY, shown text, secret text)");
    OnCluster("SELECT create_distributed_table('t', 'k')");
    Publish("FOR TABLE t (k, shown) WHERE (k > 40)");
    EXPECT_EQ(
        TimesSent("INSERT INTO t SELECT g, 'seen', 'hidden' FROM generate_series(1, 50) g", "seen"),
        10);
    EXPECT_EQ(TimesSent("INSERT INTO t SELECT g, 'seen', 'hidden' FROM generate_series(51, 90) g",
                        "hidden"),
              0);
    ExpectError("TRUNCATE t", "0A000", "truncation");
    OnCluster("ALTER PUBLICATION " + schema() + " SET (publish = 'insert')");
    OnCluster("TRUNCATE t");
}

TEST_F(PublicationsTest, StandOnNodesAndTablesThatComeLater) {
    Publish("FOR TABLES IN SCHEMA " + schema() + " WITH (publish = 'insert')");
    OnCluster("CREATE TABLE t (k int, v text)");
    OnCluster("SELECT create_distributed_table('t', 'k')");
    EXPECT_EQ(TimesSent("INSERT INTO t SELECT g, 'sent' FROM generate_series(1, 50) g", "sent"),
              50);
    OnCluster("ALTER PUBLICATION " + schema() + " RENAME TO " + schema() + "_renamed");
    for (const Node& node : Nodes()) {
        Session session = OpenNode(node);
        EXPECT_EQ(Rows(session, "SELECT pubname FROM pg_publication"), schema() + "_renamed");
    }
    OnCluster("ALTER PUBLICATION " + schema() + "_renamed RENAME TO " + schema());
    Session worker = OpenNode(Workers().at(0));
    ExpectError(worker, "CREATE PUBLICATION on_a_worker FOR ALL TABLES", "55000");
}

}  // namespace
}  // namespace pgspan::test
