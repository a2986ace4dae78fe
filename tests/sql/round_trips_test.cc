// Proves, by pg_stat_statements on the nodes and by EXPLAIN, that a read pinned by its distribution
// column is one statement on one worker, and that a fan-out is one statement on every worker.
#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

class RoundTripsTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE trips (k int, id int, v int, PRIMARY KEY (k, id))");
        OnCluster("SELECT create_distributed_table('trips', 'k')");
        OnCluster("INSERT INTO trips SELECT g % 40, g, g FROM generate_series(1, 400) g");
        for (const Node& node : Workers()) {
            Session& session = workers_.emplace_back(OpenNode(node));
            Do(session, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        }
        // What a session sends once to a new connection is no matter of the statement.
        OnCluster("SELECT count(*) FROM trips");
        for (int i = 0; i < 40; ++i) {
            OnCluster("SELECT count(*) FROM trips WHERE k = " + std::to_string(i));
        }
    }

    // How many statements each worker runs while sql runs; all statements but the ones that count.
    std::vector<long> StatementsPerWorker(const std::string& sql) {
        for (Session& worker : workers_) Do(worker, "SELECT pg_stat_statements_reset()");
        OnCluster(sql);
        std::vector<long> calls;
        for (Session& worker : workers_) {
            calls.push_back(Number(worker,
                                   "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE "
                                   "query NOT LIKE '%pg_stat_statements%' AND dbid = (SELECT oid "
                                   "FROM pg_database WHERE datname = current_database()) AND "
                                   "query LIKE '%trips%'"));
            everything_ += Rows(worker, "SELECT calls, query FROM pg_stat_statements") + "\n";
        }
        return calls;
    }

    long Total(const std::vector<long>& calls) {
        long total = 0;
        for (const long n : calls) total += n;
        return total;
    }

    std::vector<Session> workers_;
    std::string everything_;
};

TEST_F(RoundTripsTest, ARouterReadIsOneStatementOnOneWorker) {
    for (const std::string key : {"1", "2", "3", "4", "5"}) {
        EXPECT_EQ(Total(StatementsPerWorker("SELECT * FROM trips WHERE k = " + key)), 1)
            << everything_;
    }
}

TEST_F(RoundTripsTest, APreparedRouterReadIsOneStatementOnOneWorker) {
    OnCluster("PREPARE p(int) AS SELECT * FROM trips WHERE k = $1");
    for (int i = 0; i < 12; ++i) {
        EXPECT_EQ(Total(StatementsPerWorker("EXECUTE p(" + std::to_string(i) + ")")), 1)
            << everything_;
    }
}

TEST_F(RoundTripsTest, AFanOutIsOneStatementOnEveryWorker) {
    for (const std::string sql :
         {"SELECT * FROM trips", "SELECT count(*), sum(v) FROM trips",
          "SELECT v % 3, count(*) FROM trips GROUP BY 1",
          "SELECT * FROM trips ORDER BY v DESC LIMIT 5",
          "SELECT a.id FROM trips a JOIN trips b USING (k) WHERE a.id = b.id + 40"}) {
        EXPECT_EQ(StatementsPerWorker(sql), (std::vector<long>{1, 1})) << sql << everything_;
    }
}

TEST_F(RoundTripsTest, AManyRowInsertIsOneStatementOnEveryWorker) {
    const std::vector<long> calls = StatementsPerWorker(
        "INSERT INTO trips SELECT g, 1000 + g, 0 FROM generate_series(1, 100) g");
    EXPECT_EQ(calls, (std::vector<long>{1, 1})) << everything_;
}

TEST_F(RoundTripsTest, TheReferencesOfManyRowsAreLookedForByOneStatementOnEveryWorker) {
    OnCluster("CREATE TABLE trips_to (id int PRIMARY KEY, k int, trip int)");
    OnCluster("SELECT create_distributed_table('trips_to', 'id', colocate_with => 'none')");
    OnCluster("ALTER TABLE trips_to ADD FOREIGN KEY (k, trip) REFERENCES trips");
    OnCluster("INSERT INTO trips_to SELECT id, k, id FROM trips WHERE id <= 20");
    const std::vector<long> calls = StatementsPerWorker(
        "INSERT INTO trips_to SELECT 1000 + g, (g % 400 + 1) % 40, g % 400 + 1 "
        "FROM generate_series(1, 400) g");
    EXPECT_EQ(calls, (std::vector<long>{2, 2})) << everything_;
    OnCluster("ALTER TABLE trips_to ALTER CONSTRAINT trips_to_k_trip_fkey DEFERRABLE");
    OnCluster("BEGIN");
    OnCluster("SET CONSTRAINTS ALL DEFERRED");
    OnCluster("UPDATE trips_to SET k = (trip % 400 + 1) % 40, trip = trip % 400 + 1");
    OnCluster("SELECT count(*) FROM trips");
    // That query's portal is closed with the transaction, and counted then.
    EXPECT_EQ(StatementsPerWorker("COMMIT"), (std::vector<long>{2, 2})) << everything_;
}

TEST_F(RoundTripsTest, ExplainShowsOneTaskForARouterReadAndOnePerWorkerForAFanOut) {
    const std::string router = Rows("EXPLAIN SELECT * FROM trips WHERE k = 7");
    const std::string fan_out = Rows("EXPLAIN SELECT count(*) FROM trips");
    EXPECT_NE(router.find("Task"), std::string::npos) << router;
    EXPECT_NE(router.find("Tasks: 1"), std::string::npos) << router;
    EXPECT_NE(fan_out.find("Tasks: 2"), std::string::npos) << fan_out;
    // A remote plan is shown too: a scan of what the worker reads.
    EXPECT_NE(router.find("Scan"), std::string::npos) << router;
    EXPECT_NE(router.find("trips_"), std::string::npos) << router;
}

TEST_F(RoundTripsTest, ExplainKnowsItsOptions) {
    const std::string json = Rows("EXPLAIN (FORMAT JSON) SELECT v, count(*) FROM trips GROUP BY v");
    EXPECT_EQ(truth().RunWithParameters("SELECT jsonb_typeof($1::jsonb)", {json}).rows.at(0).at(0),
              "array")
        << json;
    const std::string analyze = Rows(
        "EXPLAIN (ANALYZE, TIMING off, SUMMARY off, COSTS off) SELECT * FROM trips WHERE k = 7");
    EXPECT_NE(analyze.find("rows=10"), std::string::npos) << analyze;
    EXPECT_NE(Rows("EXPLAIN (VERBOSE) SELECT * FROM trips").find("trips"), std::string::npos);
    const long before = Number("SELECT count(*) FROM trips");
    Rows("EXPLAIN DELETE FROM trips");
    EXPECT_EQ(Number("SELECT count(*) FROM trips"), before);
    OnCluster("BEGIN");
    Rows("EXPLAIN ANALYZE DELETE FROM trips");
    EXPECT_EQ(Number("SELECT count(*) FROM trips"), 0);
    OnCluster("ROLLBACK");
    EXPECT_EQ(Number("SELECT count(*) FROM trips"), before);
}

TEST_F(RoundTripsTest, ConnectionsCarryTheirOrigin) {
    OnCluster("BEGIN");
    OnCluster("UPDATE trips SET v = 0");
    for (Session& worker : workers_) {
        EXPECT_GE(Number(worker,
                         "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE "
                         "'%pgspan%' AND state = 'idle in transaction'"),
                  1);
    }
    OnCluster("ROLLBACK");
}

// Minor versions of PostgreSQL keep what they need for themselves among the options of columns;
// another node's server, of another minor version, refuses it or has its own.
TEST_F(RoundTripsTest, OptionsThatTheServerKeepsForItselfAreNotSentToNodes) {
    OnCluster("CREATE TABLE trips_made (k int, v int)");
    OnCluster("ALTER TABLE trips_made ALTER v SET (n_distinct = 7)");
    for (Session& worker : workers_) {
        Do(worker, "ALTER ROLE CURRENT_USER SET pg_stat_statements.track = 'all'");
        Do(worker, "SELECT pg_stat_statements_reset()");
    }
    Session session = OpenCoordinator();  // with connections of its own, which track all
    Do(session, "SELECT create_distributed_table('trips_made', 'k')");
    for (Session& worker : workers_) {
        Do(worker, "ALTER ROLE CURRENT_USER RESET pg_stat_statements.track");
        const std::string sent = Rows(worker,
                                      "SELECT query FROM pg_stat_statements WHERE query LIKE "
                                      "'ALTER TABLE%ALTER COLUMN%SET (%'");
        EXPECT_NE(sent.find("n_distinct=7"), std::string::npos) << sent;
        EXPECT_EQ(sent.find("pg_attver"), std::string::npos) << sent;
    }
}

}  // namespace
}  // namespace pgspan::test
