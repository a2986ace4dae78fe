// Proves who waits for whom: rows that a locking query over many shards returns are locked on their
// nodes until its transaction ends, and no others are where PostgreSQL would not lock them.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

class RowLocksTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE t (k int PRIMARY KEY, v int)");
        OnCluster("SELECT create_distributed_table('t', 'k')");
        OnCluster("INSERT INTO t SELECT g, g % 10 FROM generate_series(1, 200) g");
        OnCluster("CREATE TABLE o (c int PRIMARY KEY, tk int)");
        OnCluster("SELECT create_distributed_table('o', 'c', colocate_with => 'none')");
        OnCluster("INSERT INTO o SELECT g, g * 3 % 200 FROM generate_series(1, 50) g");
        OnCluster("ANALYZE t, o");
        other_.emplace(OpenCoordinator());
    }
    // How many rows of t another session finds free.
    long Free() {
        return Number(*other_, "SELECT count(*) FROM (SELECT 1 FROM t FOR UPDATE SKIP LOCKED) x");
    }
    Session& other() { return *other_; }

  private:
    std::optional<Session> other_;
};

TEST_F(RowLocksTest, LockedRowsOfManyShardsAreSkippedOrRefusedUntilCommit) {
    OnCluster("BEGIN");
    EXPECT_EQ(Rows("SELECT count(*) FROM (SELECT k FROM t WHERE v = 3 FOR UPDATE) x"), "20");
    EXPECT_EQ(Free(), 180);
    ExpectError(other(), "SELECT * FROM t FOR UPDATE NOWAIT", "55P03");
    ExpectError(other(), "SELECT * FROM t WHERE v = 3 FOR KEY SHARE NOWAIT", "55P03");
    EXPECT_EQ(Number(other(), "SELECT count(*) FROM t WHERE v = 3"), 20);
    OnCluster("COMMIT");
    EXPECT_EQ(Free(), 200);
}

TEST_F(RowLocksTest, SharedLocksAreShared) {
    OnCluster("BEGIN");
    OnCluster("SELECT k FROM t WHERE v = 3 FOR KEY SHARE");
    Do(other(), "SELECT k FROM t WHERE v = 3 FOR NO KEY UPDATE NOWAIT");
    ExpectError(other(), "SELECT k FROM t WHERE v = 3 FOR UPDATE NOWAIT", "55P03");
    Do(other(), "UPDATE t SET v = v WHERE v = 3");
    OnCluster("ROLLBACK");
}

TEST_F(RowLocksTest, AWriterWaitsForTheLockAndSeesItsOutcome) {
    OnCluster("BEGIN");
    OnCluster("SELECT * FROM t WHERE v = 5 FOR UPDATE");
    ASSERT_TRUE(other().Send("UPDATE t SET v = v + 100 WHERE v = 5"));
    OnCluster("UPDATE t SET v = 50 WHERE v = 5 AND k > 100");
    OnCluster("COMMIT");
    EXPECT_EQ(other().Wait().kind, AnswerKind::kCommand);
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE v = 105"), 10);
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE v = 50"), 10);
}

TEST_F(RowLocksTest, ALimitBoundsWhatEachNodeLocks) {
    const long nodes = Number(
        "SELECT count(DISTINCT nodeport) FROM citus_shards WHERE table_name = 't'::regclass");
    OnCluster("BEGIN");
    EXPECT_EQ(Column("SELECT k FROM t ORDER BY k LIMIT 3 FOR UPDATE").size(), 3U);
    EXPECT_EQ(Free(), 200 - 3 * nodes);
    ExpectError(other(), "SELECT k FROM t WHERE k IN (1, 2, 3) FOR UPDATE NOWAIT", "55P03");
    OnCluster("COMMIT");
}

TEST_F(RowLocksTest, JoinsOnOtherColumnsLockTheRowsThatPassTheirFilters) {
    OnCluster("BEGIN");
    OnCluster("SELECT t.k FROM t JOIN o ON o.tk = t.k WHERE t.v = 6 FOR UPDATE OF t");
    EXPECT_EQ(Free(), 180);
    Do(other(), "SELECT * FROM o FOR UPDATE NOWAIT");
    OnCluster("ROLLBACK");
    OnCluster("BEGIN");
    OnCluster("SELECT t.k FROM t JOIN o ON o.tk = t.k WHERE o.c = 6 FOR UPDATE OF o");
    EXPECT_EQ(Free(), 200);
    EXPECT_EQ(Number(other(), "SELECT count(*) FROM (SELECT 1 FROM o FOR UPDATE SKIP LOCKED) x"),
              49);
    OnCluster("ROLLBACK");
}

TEST_F(RowLocksTest, ASavepointReleasesItsLocks) {
    OnCluster("BEGIN");
    OnCluster("SELECT k FROM t WHERE v = 1 FOR UPDATE");
    OnCluster("SAVEPOINT s");
    OnCluster("SELECT k FROM t WHERE v = 2 FOR UPDATE");
    OnCluster("ROLLBACK TO s");
    OnCluster("SELECT count(*) FROM t");
    EXPECT_EQ(Free(), 180);
    OnCluster("COMMIT");
}

// The session that has rolled back says nothing more meanwhile.
TEST_F(RowLocksTest, ASavepointReleasesItsLocksAtOnce) {
    OnCluster("BEGIN");
    OnCluster("UPDATE t SET v = v WHERE v = 1");
    const auto wait = std::chrono::milliseconds(10'000);
    for (const std::string sql :
         {"UPDATE t SET v = v", "UPDATE t SET v = v WHERE k = 3", "SELECT k FROM t FOR UPDATE",
          "DELETE FROM t WHERE v = 2", "INSERT INTO t VALUES (1000, 1), (1001, 1), (1002, 1)",
          "SAVEPOINT inner_one; UPDATE t SET v = v; RELEASE inner_one",
          "UPDATE t SET v = v; SELECT count(*) FROM o", "TRUNCATE o",
          "DO 'BEGIN UPDATE t SET v = v; END'"}) {
        OnCluster("SAVEPOINT s");
        cluster().Run(sql);
        OnCluster("ROLLBACK TO s");
        EXPECT_TRUE(Eventually(wait, [&] { return Free() == 180; })) << sql;
        Do(other(), "SET lock_timeout = '10s'");
        Do(other(), "BEGIN");
        Do(other(), "INSERT INTO t VALUES (1000, 1), (1001, 1), (1002, 1)");
        Do(other(), "SELECT count(*) FROM o");
        Do(other(), "ROLLBACK");
    }
    OnCluster("COMMIT");
}

TEST_F(RowLocksTest, AnErrorThatIsCaughtReleasesItsLocksAtOnce) {
    OnCluster("BEGIN");
    OnCluster("UPDATE t SET v = v WHERE v = 1");
    const auto wait = std::chrono::milliseconds(10'000);
    for (const std::string sql :
         {"UPDATE t SET v = v; RAISE EXCEPTION ''x''", "UPDATE t SET v = 1 / (v - 3)",
          "INSERT INTO t SELECT g, 1 FROM generate_series(300, 200, -1) g",
          "UPDATE t SET v = v; BEGIN PERFORM 1 / 0 FROM t; EXCEPTION WHEN others THEN NULL; END; "
          "RAISE EXCEPTION ''x''"}) {
        OnCluster("DO 'BEGIN BEGIN " + sql + "; EXCEPTION WHEN others THEN NULL; END; END'");
        EXPECT_TRUE(Eventually(wait, [&] { return Free() == 180; })) << sql;
    }
    OnCluster("COMMIT");
}

TEST_F(RowLocksTest, ANodeThatIsLostAfterASavepointIsNoticed) {
    for (const std::string where : {"", " WHERE k = 1"}) {
        for (const std::string next : {"SELECT count(*) FROM t", "COMMIT"}) {
            OnCluster("BEGIN");
            OnCluster("UPDATE t SET v = -1" + where);
            OnCluster("SAVEPOINT s");
            OnCluster("UPDATE t SET v = -2" + where);
            OnCluster("ROLLBACK TO s");
            for (const Node& node : Workers()) {
                Session worker = OpenNode(node);
                Do(worker,
                   "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE state = "
                   "'idle in transaction' AND datname = current_database()");
            }
            ExpectError(next, "08006");
            OnCluster("ROLLBACK");
            EXPECT_EQ(Number("SELECT count(*) FROM t WHERE v < 0"), 0);
        }
    }
}

TEST_F(RowLocksTest, ACursorThatIsNotReadToItsEndLocksInItsTransaction) {
    OnCluster("BEGIN");
    OnCluster("DECLARE c CURSOR FOR SELECT k FROM t WHERE v = 7 FOR UPDATE");
    OnCluster("FETCH 1 FROM c");
    ExpectError(other(), "SELECT k FROM t FOR UPDATE NOWAIT", "55P03");
    OnCluster("COMMIT");
    EXPECT_EQ(Free(), 200);
}

class QueueTest : public RowLocksTest, public ::testing::WithParamInterface<const char*> {};

// Workers that take jobs from a queue: k 1 and 2 are another's.
TEST_P(QueueTest, OnlyTheRowsThatASubQueryChoosesAreLocked) {
    OnCluster("BEGIN");
    OnCluster("SELECT k FROM t WHERE k IN (1, 2) FOR UPDATE");
    const std::string chosen =
        "SELECT k FROM t WHERE v > 0 ORDER BY k LIMIT 3 FOR UPDATE SKIP LOCKED";
    std::string statement = GetParam();
    statement.replace(statement.find('@'), 1, chosen);
    Do(other(), "SET statement_timeout = '20s'");
    Do(other(), "BEGIN");
    Do(other(), statement);
    // Each node has locked what may be among the first three, and nothing beyond.
    EXPECT_GE(Number("SELECT count(*) FROM (SELECT 1 FROM t FOR UPDATE SKIP LOCKED) x"),
              200 - 2 * 3);
    Do(other(), "COMMIT");
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE k IN (3, 4, 5) AND v < 10"), 0);
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE v < 10"), 197);
    OnCluster("COMMIT");
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryForm, QueueTest,
    ::testing::Values("UPDATE t SET v = 100 WHERE k IN (@)", "DELETE FROM t WHERE k IN (@)",
                      "UPDATE t SET v = 100 WHERE k = ANY (ARRAY(@))",
                      "WITH c AS (@) UPDATE t SET v = 100 FROM c WHERE c.k = t.k",
                      "WITH c AS (@) DELETE FROM t USING c WHERE t.k = c.k",
                      "WITH c AS (@) UPDATE t SET v = 100 WHERE k IN (SELECT k FROM c)",
                      "WITH c AS (@), u AS (UPDATE t SET v = 100 FROM c WHERE c.k = t.k RETURNING "
                      "t.k) SELECT * FROM u",
                      "UPDATE t SET v = 100 FROM (@) s WHERE s.k = t.k"));

TEST_F(RowLocksTest, ABatchThatALimitBoundsLocksNoOtherRows) {
    OnCluster("BEGIN");
    OnCluster("SELECT k FROM t WHERE k IN (1, 2) FOR UPDATE");
    Do(other(), "SET statement_timeout = '20s'");
    Do(other(),
       "PREPARE batch(int) AS DELETE FROM t WHERE k IN (SELECT k FROM t WHERE k > 10 ORDER BY k "
       "LIMIT $1)");
    Do(other(), "EXECUTE batch(5)");
    Do(other(), "UPDATE t SET v = 7 WHERE k = (SELECT max(k) FROM t)");
    OnCluster("COMMIT");
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE k BETWEEN 11 AND 15"), 0);
    EXPECT_EQ(Number("SELECT count(*) FROM t"), 195);
}

}  // namespace
}  // namespace pgspan::test
