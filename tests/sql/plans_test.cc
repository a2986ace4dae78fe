// Proves, by EXPLAIN and by the columns and rows that travel, that plans over nodes take the ways
// that make decision support as fast as on one PostgreSQL.
#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

class PlansTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE purchase (id int PRIMARY KEY, client int, total int, remark text)");
        OnCluster("CREATE TABLE line (purchase int, item int, vendor int, pieces int, pad text)");
        OnCluster(
            "CREATE TABLE stock (item int, vendor int, cost int, PRIMARY KEY (item, vendor))");
        OnCluster("SELECT create_distributed_table('purchase', 'id', shard_count => 8)");
        OnCluster(
            "SELECT create_distributed_table('line', 'purchase', colocate_with => 'purchase')");
        OnCluster("SELECT create_distributed_table('stock', 'item', colocate_with => 'none')");
        OnCluster("CREATE INDEX ON line (purchase)");
        OnCluster(
            "INSERT INTO purchase SELECT g, g % 10000, g % 1000, 'remark ' || g "
            "FROM generate_series(1, 40000) g");
        OnCluster(
            "INSERT INTO line SELECT 1 + g / 5, g % 2000, g % 2000 % 500 + g % 2 * 500, g % 9, "
            "repeat('x', 400) FROM generate_series(0, 99999) g");
        OnCluster(
            "INSERT INTO stock SELECT g % 2000, g % 2000 % 500 + g / 2000 * 500, g "
            "FROM generate_series(0, 3999) g");
        OnCluster("ANALYZE purchase, line, stock");
    }

    std::string Plan(const std::string& sql) { return Rows("EXPLAIN (VERBOSE) " + sql); }
    // The rows that the top of the plan is expected to return.
    double Expected(const std::string& sql) {
        const std::string plan = Rows("EXPLAIN " + sql);
        return std::stod(plan.substr(plan.find("rows=") + 5));
    }
};

TEST_F(PlansTest, GroupsOfOneShardAreMadeShardByShard) {
    const std::string plan =
        Plan("SELECT purchase, sum(pieces) FROM line GROUP BY purchase HAVING sum(pieces) > 30");
    const size_t append = plan.find("Append");
    ASSERT_NE(append, std::string::npos) << plan;
    EXPECT_NE(plan.find("Aggregate", append), std::string::npos) << plan;
    // The rows of a group that is no shard's own are combined as before.
    const std::string other = Plan("SELECT item, sum(pieces) FROM line GROUP BY item");
    EXPECT_EQ(other.find("Aggregate", other.find("Append")), std::string::npos) << other;
}

TEST_F(PlansTest, AColocatedLookUpIsTakenForOneShards) {
    const std::string plan = Plan(
        "SELECT p.id, n.item FROM purchase p, line n "
        "WHERE n.purchase = p.id AND p.total < 60");
    EXPECT_NE(plan.find("Nested Loop"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("Hash Join"), std::string::npos) << plan;
}

TEST_F(PlansTest, AUniqueKeyOfTwoColumnsTellsTheSizeOfAJoin) {
    // 2000 * 1000 combinations, of which 4000 exist: each line has one of them.
    const double rows =
        Expected("SELECT * FROM line n, stock s WHERE s.item = n.item AND s.vendor = n.vendor");
    EXPECT_GT(rows, 75000);
    EXPECT_LT(rows, 125000);
}

TEST_F(PlansTest, AFilterThatTheNodesApplyIsNotAppliedAgain) {
    // (Joined with what lies here, so that the table is scanned by itself.)
    OnCluster("CREATE TEMP TABLE here AS SELECT 1 AS one");
    const std::string plan = Plan(
        "SELECT p.total, h.one FROM purchase p LEFT JOIN here h ON h.one = p.total "
        "WHERE p.remark LIKE '%7%'");
    EXPECT_EQ(plan.find("Filter: (p.remark"), plan.rfind("Filter: (p.remark")) << plan;
    EXPECT_EQ(plan.find("remark, "), std::string::npos) << plan;
    // Half of the rows, not a quarter.
    const long rows = Number(
        "SELECT count(p.total) FROM purchase p LEFT JOIN here h "
        "ON h.one = p.total WHERE random() < 0.5");
    EXPECT_GT(rows, 18000);
    EXPECT_LT(rows, 22000);
}

TEST_F(PlansTest, CorrelatedSubQueriesAreAskedForAllRowsAtOnce) {
    for (const std::string sql :
         {"SELECT id, (SELECT count(*) FROM stock s WHERE s.vendor = p.client) FROM purchase p",
          "SELECT id, (SELECT cost FROM stock s WHERE s.vendor = p.client AND s.item = p.total) "
          "FROM purchase p",
          "SELECT id, (SELECT cost FROM stock s WHERE s.vendor = p.client + 1 AND s.item < p.total "
          "ORDER BY item LIMIT 1) FROM purchase p",
          "SELECT id FROM purchase p WHERE 0 = (SELECT count(*) FROM stock s "
          "WHERE s.vendor = p.client) OR id < 9",
          "SELECT id FROM purchase p ORDER BY (SELECT sum(cost) FROM stock s "
          "WHERE s.vendor = p.client)",
          "SELECT client, count(*), (SELECT sum(cost) FROM stock s WHERE s.vendor = p.client) "
          "FROM purchase p GROUP BY client",
          "SELECT client FROM purchase p GROUP BY client HAVING count(*) > "
          "(SELECT count(*) FROM stock s WHERE s.vendor = p.client)",
          "SELECT sum((SELECT sum(cost) FROM stock s WHERE s.vendor = p.client)) FROM purchase "
          "p"}) {
        const std::string plan = Plan(sql);
        EXPECT_EQ(plan.find("SubPlan"), std::string::npos) << plan;
    }
}

TEST_F(PlansTest, SubQueriesAskedRowByRowReadSmallTablesOnce) {
    // What is behind CASE may never be asked, so it is asked for each row by itself.
    const auto plan = [&](const char* other, const char* condition) {
        return Plan(std::string("SELECT id FROM purchase p WHERE CASE WHEN p.total > 5 THEN "
                                "p.client IN (SELECT n.pieces FROM stock s JOIN ") +
                    other + " n ON " + condition + " WHERE s.cost < p.total AND s.cost < 9) END");
    };
    OnCluster("CREATE TABLE few (k int, pieces int)");
    OnCluster("SELECT create_distributed_table('few', 'k', colocate_with => 'none')");
    OnCluster("INSERT INTO few SELECT g, g FROM generate_series(1, 3000) g");
    OnCluster("ANALYZE few");
    const std::string small = plan("few", "n.pieces = s.vendor");
    EXPECT_EQ(small.find("unnest"), std::string::npos) << small;
    // Sent each time, few rows cost less than reading a big table.
    const std::string big = plan("line", "n.purchase = s.vendor");
    EXPECT_NE(big.find("unnest"), std::string::npos) << big;
}

TEST_F(PlansTest, SubQueriesOverTheSameShardsRunThere) {
    const std::string plan =
        Plan("SELECT id, (SELECT sum(pieces) FROM line n WHERE n.purchase = p.id) FROM purchase p");
    EXPECT_EQ(plan.find("Custom Scan"), plan.rfind("Custom Scan")) << plan;
    EXPECT_NE(plan.find("SubPlan", plan.find("Remote Plan")), std::string::npos) << plan;
}

TEST_F(PlansTest, ExplainExpectsTheRowsThatNodesWillHandOver) {
    const std::string plan =
        Plan("SELECT count(*) FROM line a JOIN line b ON a.item = b.pieces AND a.vendor = b.item");
    const size_t gather = plan.find("Function Scan on pgspan.gather");
    ASSERT_NE(gather, std::string::npos) << plan;
    const double rows = std::stod(plan.substr(plan.find("rows=", gather) + 5));
    EXPECT_GT(rows, 40000) << plan;
    EXPECT_LE(rows, 100000) << plan;
}

TEST_F(PlansTest, FewRowsOfAnInsertPassThroughTheCoordinatorAndManyDoNot) {
    const auto way = [this](const std::string& condition) {
        return Rows("EXPLAIN INSERT INTO stock SELECT purchase, item, pieces FROM line WHERE " +
                    condition);
    };
    EXPECT_NE(way("item >= 0").find("hand to each other"), std::string::npos);
    EXPECT_NE(way("item = 7").find("rows computed here"), std::string::npos);
    EXPECT_NE(way("purchase = 7").find("rows computed here"), std::string::npos);
}

TEST_F(PlansTest, KeysThatWouldNotFitIntoMemoryAreNotCollected) {
    const std::string sql =
        "EXPLAIN (VERBOSE) DELETE FROM purchase WHERE client IN (SELECT item FROM line FOR UPDATE)";
    EXPECT_NE(Rows(sql).find("= ANY"), std::string::npos) << Rows(sql);
    OnCluster("UPDATE pg_class SET reltuples = 3000000 WHERE oid = 'line'::regclass");
    EXPECT_EQ(Rows(sql).find("= ANY"), std::string::npos) << Rows(sql);
}

TEST_F(PlansTest, OnlyRowsThatRemainAreAskedFor) {
    const std::string plan = Plan(
        "SELECT id, (SELECT count(*) FROM stock s WHERE s.vendor = p.client) FROM purchase p "
        "ORDER BY total, id LIMIT 5");
    EXPECT_NE(plan.find("ORDER BY p.total, p.id LIMIT"), std::string::npos) << plan;
}

}  // namespace
}  // namespace pgspan::test
