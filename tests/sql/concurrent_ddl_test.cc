// Proves that DDL of another session does not break what a session keeps prepared on the nodes, in
// the middle of a transaction either.
#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

class ConcurrentDdlTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE t (k int, v int)");
        OnCluster("SELECT create_distributed_table('t', 'k')");
        OnCluster("CREATE TABLE u (k int, v int)");
        OnCluster("SELECT create_distributed_table('u', 'k', colocate_with => 't')");
        OnCluster("INSERT INTO t SELECT g, g FROM generate_series(1, 20) g");
        OnCluster("INSERT INTO u SELECT g, g FROM generate_series(1, 20) g");
    }
};

TEST_F(ConcurrentDdlTest, AColumnsTypeChangesBetweenTwoStatementsOfATransaction) {
    for (const char* query : {"SELECT * FROM t WHERE k = 7", "SELECT * FROM t WHERE v = 7"}) {
        for (int i = 0; i < 3; ++i) EXPECT_EQ(Rows(query), "7|7") << query;
    }
    OnCluster("BEGIN");
    OnCluster("UPDATE u SET v = 0");  // the transaction has begun on every node
    Session other = OpenCoordinator();
    Do(other, "ALTER TABLE t ALTER COLUMN v TYPE text USING 'text ' || v");
    EXPECT_EQ(Rows("SELECT * FROM t WHERE k = 7"), "7|text 7");
    EXPECT_EQ(Rows("SELECT * FROM t WHERE v = 'text 7'"), "7|text 7");
    OnCluster("COMMIT");
    EXPECT_EQ(Rows("SELECT * FROM t WHERE k = 7"), "7|text 7");
    EXPECT_EQ(Number("SELECT sum(v) FROM u"), 0);
}

TEST_F(ConcurrentDdlTest, ATableIsMadeAnewUnderItsName) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Rows("SELECT * FROM t WHERE k = 7"), "7|7");
    OnCluster("BEGIN");
    OnCluster("UPDATE u SET v = 0");
    Session other = OpenCoordinator();
    Do(other, "DROP TABLE t");
    Do(other, "CREATE TABLE t (k int, w text)");
    Do(other, "SELECT create_distributed_table('t', 'k')");
    Do(other, "INSERT INTO t VALUES (7, 'new')");
    EXPECT_EQ(Rows("SELECT * FROM t WHERE k = 7"), "7|new");
    OnCluster("COMMIT");
    EXPECT_EQ(Rows("SELECT * FROM t WHERE k = 7"), "7|new");
}

}  // namespace
}  // namespace pgspan::test
