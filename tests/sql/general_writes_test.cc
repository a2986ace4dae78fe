// Proves that writes which are computed on the coordinator meet other transactions as PostgreSQL's
// do: they wait for rows that others have locked and then see the outcome, they are committed on
// all nodes or on none, and they end when they are cancelled.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPatience{20'000};

class GeneralWritesTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE t (k int, id int, v int, PRIMARY KEY (k, id))");
        OnCluster("SELECT create_distributed_table('t', 'k')");
        OnCluster("INSERT INTO t SELECT g % 20, g, 0 FROM generate_series(1, 100) g");
        OnCluster("CREATE TABLE o (c int, id int, w int)");
        OnCluster("SELECT create_distributed_table('o', 'c', colocate_with => 'none')");
        OnCluster("INSERT INTO o SELECT g % 7, g, 1 FROM generate_series(1, 100) g");
        OnCluster("CREATE TABLE r (id int PRIMARY KEY, v int)");
        OnCluster("SELECT create_reference_table('r')");
        OnCluster("INSERT INTO r SELECT g, 0 FROM generate_series(1, 10) g");
        OnCluster("CREATE TABLE l (id int PRIMARY KEY, v int)");
        OnCluster("INSERT INTO l SELECT g, 0 FROM generate_series(1, 10) g");
        other_.emplace(OpenCoordinator());
        for (const Node& node : Nodes()) nodes_.push_back(OpenNode(node));
    }
    Session& other() { return *other_; }
    std::vector<Session>& nodes() { return nodes_; }

    // Waits until a session somewhere in the cluster waits for a lock.
    bool SomebodyWaits() {
        return Eventually(kPatience, [&] {
            for (Session& node : nodes_)
                if (Number(node, "SELECT count(*) FROM pg_locks WHERE NOT granted") > 0)
                    return true;
            return false;
        });
    }

    // first runs in a transaction and is committed only once `second` waits for it.
    Answer While(const std::string& first, const std::string& second) {
        OnCluster("BEGIN");
        OnCluster(first);
        EXPECT_TRUE(other().Send(second));
        EXPECT_TRUE(SomebodyWaits()) << second;
        OnCluster("COMMIT");
        return other().Wait();
    }

  private:
    std::optional<Session> other_;
    std::vector<Session> nodes_;
};

TEST_F(GeneralWritesTest, AWriterSeesTheRowThatItHasWaitedFor) {
    While("UPDATE t SET v = 10 WHERE id = 5",
          "UPDATE t SET v = t.v + o.w FROM o WHERE o.id = t.id");
    EXPECT_EQ(Number("SELECT v FROM t WHERE id = 5"), 11);
    EXPECT_EQ(Number("SELECT sum(v) FROM t"), 110);
    While("UPDATE t SET v = 20 WHERE id = 5",
          "UPDATE t SET v = -1 FROM o WHERE o.id = t.id AND t.v = 11");
    EXPECT_EQ(Number("SELECT v FROM t WHERE id = 5"), 20);
    While("DELETE FROM t WHERE id = 6", "DELETE FROM t USING o WHERE o.id = t.id AND t.id < 8");
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE id < 8"), 0);
    While("UPDATE t SET v = 30 WHERE id = 9",
          "MERGE INTO t USING o ON o.id = t.id AND t.id = 9 WHEN MATCHED AND t.v = 30 THEN UPDATE "
          "SET v = t.v + 1 WHEN MATCHED THEN DELETE");
    EXPECT_EQ(Number("SELECT v FROM t WHERE id = 9"), 31);
}

TEST_F(GeneralWritesTest, ConcurrentWritersOfTheSameRowsLoseNothing) {
    const std::string sql = "UPDATE t SET v = t.v + o.w FROM o WHERE o.id = t.id AND t.id < 20";
    While(sql, sql);
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE id < 20 AND v = 2"), 19);
    const std::string reference = "UPDATE r SET v = r.v + o.w FROM o WHERE o.id = r.id";
    While(reference, reference);
    for (Session& node : nodes())
        EXPECT_EQ(Number(node, "SELECT count(*) FROM " + schema() + ".r WHERE v = 2"), 10);
    const std::string local = "UPDATE l SET v = l.v + o.w FROM o WHERE o.id = l.id";
    While(local, local);
    EXPECT_EQ(Number("SELECT count(*) FROM l WHERE v = 2"), 10);
}

TEST_F(GeneralWritesTest, AnInsertFindsTheRowThatAnotherOneHasJustMade) {
    OnCluster(
        "CREATE FUNCTION plus(x int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN x + 1; END'");
    const std::string sql =
        "INSERT INTO t VALUES (3, 1000, 1), (4, 1001, 1) "
        "ON CONFLICT (k, id) DO UPDATE SET v = plus(t.v) + (SELECT count(*) FROM o WHERE o.id < 0)";
    While(sql, sql);
    While(sql, sql);
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE id >= 1000 AND v = 4"), 2);
    While("DELETE FROM t WHERE id = 1000", sql);
    EXPECT_EQ(Number("SELECT v FROM t WHERE id = 1000"), 1);
    While("INSERT INTO t VALUES (5, 2000, 1)",
          "INSERT INTO t VALUES (5, 2000, 9) ON CONFLICT (k, id) DO UPDATE SET k = t.k + 1");
    EXPECT_EQ(Number("SELECT v FROM t WHERE k = 6 AND id = 2000"), 1);
}

TEST_F(GeneralWritesTest, ARowThatAnotherHasChangedIsNoneThatAFunctionOfTheStatementHas) {
    OnCluster(
        "CREATE FUNCTION noted(x int) RETURNS int LANGUAGE plpgsql AS "
        "'BEGIN UPDATE o SET w = w + 1 WHERE id = x; RETURN x; END'");
    EXPECT_EQ(While("DELETE FROM t WHERE id = 5", "UPDATE t SET v = noted(id) WHERE id < 8").tag,
              "UPDATE 6");
    EXPECT_EQ(While("UPDATE t SET v = -1 WHERE id = 6", "DELETE FROM t WHERE v = noted(id)").tag,
              "DELETE 5");
    EXPECT_EQ(While("DELETE FROM r WHERE id = 5", "UPDATE r SET v = noted(id) WHERE id < 8").tag,
              "UPDATE 6");
}

TEST_F(GeneralWritesTest, ALocalRowIsCheckedAgainWithTheRowsThatWereRead) {
    While("UPDATE l SET v = 5 WHERE id = 3",
          "UPDATE l SET v = l.v + t.id FROM t WHERE t.id = l.id AND l.v < 9");
    EXPECT_EQ(Number("SELECT v FROM l WHERE id = 3"), 8);
    While("UPDATE l SET v = 50 WHERE id = 3",
          "DELETE FROM l WHERE v < 9 AND id IN (SELECT id FROM t)");
    EXPECT_EQ(Rows("SELECT id, v FROM l ORDER BY id"), "3|50\n9|9\n10|10");
}

TEST_F(GeneralWritesTest, RepeatableReadRefusesARowThatHasChanged) {
    OnCluster("BEGIN ISOLATION LEVEL REPEATABLE READ");
    OnCluster("SELECT count(*) FROM t");
    Do(other(), "UPDATE t SET v = 1 WHERE id = 5");
    ExpectError("UPDATE t SET v = o.w FROM o WHERE o.id = t.id", "40001");
    OnCluster("ROLLBACK");
}

TEST_F(GeneralWritesTest, AReferenceTableIsWrittenFromAnyNode) {
    for (Session& node : nodes()) {
        Do(node, "SET search_path = " + schema());
        Do(node, "UPDATE r SET v = r.v + o.w FROM o WHERE o.id = r.id");
        Do(node,
           "WITH d AS (DELETE FROM t WHERE v = 0 AND id <= 3 RETURNING id) "
           "UPDATE r SET v = r.v + (SELECT count(*) FROM d) WHERE r.id = 1");
    }
    const std::string expected = std::to_string(nodes().size());
    for (Session& node : nodes())
        EXPECT_EQ(Value(node,
                        "SELECT string_agg(DISTINCT v::text, ',' ORDER BY v::text) FROM r "
                        "WHERE id > 1"),
                  expected);
    EXPECT_EQ(Number("SELECT v FROM r WHERE id = 1"), static_cast<long>(nodes().size()) + 3);
    // A writer on another node waits for one on the coordinator, not for a deadlock.
    OnCluster("BEGIN");
    OnCluster("UPDATE r SET v = 100 WHERE id = 1");
    Session& last = nodes().back();
    ASSERT_TRUE(last.Send("UPDATE r SET v = r.v + o.w FROM o WHERE o.id = r.id AND r.id = 1"));
    EXPECT_TRUE(Eventually(kPatience, [&] {
        return Number(other(), "SELECT count(*) FROM pg_locks WHERE NOT granted") > 0;
    }));
    OnCluster("COMMIT");
    EXPECT_EQ(last.Wait().kind, AnswerKind::kCommand);
    for (Session& node : nodes())
        EXPECT_EQ(Number(node, "SELECT v FROM " + schema() + ".r WHERE id = 1"), 101);
}

// Whoever comes second waits for the row of the distributed table, and then knows what the first
// has done, in the local table too.
TEST_F(GeneralWritesTest, ForeignKeysOfLocalTablesHoldAgainstConcurrentWrites) {
    OnCluster("CREATE TABLE ref (k int, id int, FOREIGN KEY (k, id) REFERENCES t)");
    OnCluster(
        "CREATE TABLE follows (k int, id int, FOREIGN KEY (k, id) REFERENCES t "
        "ON DELETE CASCADE ON UPDATE CASCADE)");
    EXPECT_EQ(While("INSERT INTO ref VALUES (1, 1)", "DELETE FROM t WHERE id = 1").sqlstate,
              "23503");
    EXPECT_EQ(
        While("INSERT INTO ref VALUES (2, 2)", "UPDATE t SET k = 0 WHERE id IN (2, 3)").sqlstate,
        "23503");
    EXPECT_EQ(While("DELETE FROM t WHERE id = 3", "INSERT INTO ref VALUES (3, 3)").sqlstate,
              "23503");
    EXPECT_EQ(While("UPDATE t SET k = 0 WHERE id = 4", "INSERT INTO ref VALUES (4, 4)").sqlstate,
              "23503");
    EXPECT_EQ(Rows("SELECT * FROM ref ORDER BY id"), "1|1\n2|2");
    While("INSERT INTO follows VALUES (5, 5), (6, 6)", "DELETE FROM t WHERE id = 5");
    EXPECT_EQ(Rows("SELECT * FROM follows"), "6|6");
    While("INSERT INTO follows VALUES (7, 7)", "UPDATE t SET k = 70 WHERE id = 7");
    EXPECT_EQ(Rows("SELECT * FROM follows ORDER BY id"), "6|6\n70|7");
    // A writer that also wrote on the row's node commits there once it has committed here.
    EXPECT_EQ(While("WITH w AS (UPDATE t SET v = 1 WHERE k = 8 RETURNING 1) "
                    "INSERT INTO ref SELECT 8, 8 FROM w LIMIT 1",
                    "DELETE FROM t WHERE id = 8")
                  .sqlstate,
              "23503");
}

// The row that is referenced is here, those that reference it are committed on several nodes.
TEST_F(GeneralWritesTest, ForeignKeysOfDistributedTablesHoldAgainstConcurrentWrites) {
    OnCluster("CREATE TABLE pk (id int PRIMARY KEY)");
    OnCluster("INSERT INTO pk SELECT generate_series(1, 40)");
    OnCluster("CREATE TABLE fk (k int, id int REFERENCES pk)");
    OnCluster("CREATE TABLE follower (k int, id int REFERENCES pk ON DELETE CASCADE)");
    OnCluster("SELECT create_distributed_table('fk', 'k', shard_count => 8)");
    OnCluster("SELECT create_distributed_table('follower', 'k', colocate_with => 'fk')");
    for (int i = 1; i <= 15; i++) {
        const std::string id = std::to_string(i);
        EXPECT_EQ(While("INSERT INTO fk SELECT g, " + id + " FROM generate_series(1, 8) g",
                        "DELETE FROM pk WHERE id = " + id)
                      .sqlstate,
                  "23503")
            << id;
        const std::string followed = std::to_string(i + 15);
        While("INSERT INTO follower SELECT g, " + followed + " FROM generate_series(1, 8) g",
              "DELETE FROM pk WHERE id = " + followed);
    }
    EXPECT_EQ(Number("SELECT count(*) FROM follower"), 0);
    EXPECT_EQ(While("DELETE FROM pk WHERE id = 31", "INSERT INTO fk VALUES (1, 31)").sqlstate,
              "23503");
    EXPECT_EQ(While("UPDATE pk SET id = 320 WHERE id = 32", "UPDATE fk SET id = 32 WHERE id = 1")
                  .sqlstate,
              "23503");
    EXPECT_EQ(Number("SELECT count(*) FROM fk WHERE id NOT IN (SELECT id FROM pk)"), 0);
    // A node would look for what references with the snapshot of the transaction.
    OnCluster("BEGIN ISOLATION LEVEL REPEATABLE READ");
    ExpectError("DELETE FROM pk WHERE id = 33", "0A000");
    OnCluster("ROLLBACK");
}

// Whoever writes a reference lets the row that is referenced go when it has committed here, and
// only then commits what it has prepared on other nodes.
TEST_F(GeneralWritesTest, WhatIsPreparedElsewhereReferences) {
    OnCluster("CREATE TABLE pk (id int PRIMARY KEY)");
    OnCluster("INSERT INTO pk VALUES (1), (2), (3)");
    OnCluster("CREATE TABLE fk (k int, id int REFERENCES pk)");
    OnCluster("SELECT create_distributed_table('fk', 'k', shard_count => 8)");
    OnCluster("INSERT INTO fk SELECT g, 1 FROM generate_series(1, 50) g");
    const std::string container = Rows(
        "SELECT container::regclass FROM pgspan.distributed_table WHERE relation = 'fk'::regclass");
    int checked = 0;
    for (Session& node : nodes()) {
        if (Number(node, "SELECT count(*) FROM " + container) == 0) continue;
        Do(node, "BEGIN");
        Do(node, "INSERT INTO " + container + " SELECT k, 2 FROM " + container + " LIMIT 1");
        Do(node, "PREPARE TRANSACTION 'referencing'");
        EXPECT_TRUE(other().Send("DELETE FROM pk WHERE id = 2"));
        EXPECT_TRUE(SomebodyWaits());
        Do(node, "COMMIT PREPARED 'referencing'");
        EXPECT_EQ(other().Wait().sqlstate, "23503");
        OnCluster("DELETE FROM fk WHERE id = 2");
        checked++;
    }
    EXPECT_GT(checked, 1);
}

// Both tables are distributed, and both writers commit on several nodes.
TEST_F(GeneralWritesTest, ForeignKeysBetweenTablesThatAreNotColocatedHoldAgainstConcurrentWrites) {
    OnCluster("CREATE TABLE fk (id int, k int, v int, FOREIGN KEY (k, id) REFERENCES t)");
    OnCluster("SELECT create_distributed_table('fk', 'v', shard_count => 8)");
    for (int i = 1; i <= 15; i++) {
        const std::string id = std::to_string(i);
        EXPECT_EQ(
            While("WITH w AS (UPDATE t SET v = 7 RETURNING k, id) INSERT INTO fk SELECT id, k, "
                  "g FROM w, generate_series(1, 8) g WHERE id = " +
                      id,
                  "DELETE FROM t WHERE id = " + id)
                .sqlstate,
            "23503")
            << id;
    }
    EXPECT_EQ(While("DELETE FROM t WHERE id = 20", "INSERT INTO fk VALUES (20, 0, 1), (20, 0, 2)")
                  .sqlstate,
              "23503");
    EXPECT_EQ(Number("SELECT count(*) FROM fk"), 120);
    // What many rows reference is looked for, and locked, together.
    EXPECT_EQ(While("INSERT INTO fk SELECT id, k, id FROM t WHERE id BETWEEN 40 AND 80",
                    "DELETE FROM t WHERE id = 77")
                  .sqlstate,
              "23503");
    EXPECT_EQ(While("DELETE FROM t WHERE id = 90",
                    "INSERT INTO fk SELECT id, id % 20, id FROM generate_series(50, 95) id")
                  .sqlstate,
              "23503");
    EXPECT_EQ(Number("SELECT count(*) FROM fk"), 161);
}

TEST_F(GeneralWritesTest, RowsThatMoveTakeAlongWhatReferencesThem) {
    OnCluster(
        "CREATE TABLE child (k int, id int, FOREIGN KEY (k, id) REFERENCES t "
        "ON UPDATE CASCADE ON DELETE CASCADE)");
    OnCluster("SELECT create_distributed_table('child', 'k', colocate_with => 't')");
    While("INSERT INTO child VALUES (5, 5)", "UPDATE t SET k = 500 WHERE id = 5");
    EXPECT_EQ(Rows("SELECT * FROM child"), "500|5");
    EXPECT_EQ(
        While("UPDATE t SET k = 600 WHERE id = 6", "INSERT INTO child VALUES (6, 6)").sqlstate,
        "23503");
    EXPECT_EQ(Rows("SELECT * FROM child"), "500|5");
    OnCluster("BEGIN ISOLATION LEVEL REPEATABLE READ");
    ExpectError("UPDATE t SET k = 700 WHERE id = 7", "0A000");
    OnCluster("ROLLBACK");
}

TEST_F(GeneralWritesTest, AFailureOnOneNodeChangesNothingAnywhere) {
    OnCluster("ALTER TABLE t ADD CHECK (v < 1000)");
    ExpectError("UPDATE t SET v = CASE t.id WHEN 77 THEN 1000 ELSE 5 END FROM o WHERE o.id = t.id",
                "23514");
    ExpectError("UPDATE t SET k = 1000 + t.id % 2, id = 1", "23505");
    ExpectError("WITH d AS (DELETE FROM o RETURNING *) INSERT INTO t SELECT 1, 1, id FROM d",
                "23505");
    EXPECT_EQ(Rows("SELECT count(*), sum(v), max(k) FROM t"), "100|0|19");
    EXPECT_EQ(Number("SELECT count(*) FROM o"), 100);
    for (Session& node : nodes())
        EXPECT_EQ(Number(node, "SELECT count(*) FROM pg_prepared_xacts"), 0);
}

TEST_F(GeneralWritesTest, MovedRowsCommitOnAllNodesOrNone) {
    OnCluster("BEGIN");
    OnCluster("UPDATE t SET k = k + 1000 WHERE id <= 50");
    EXPECT_EQ(Number(other(), "SELECT count(*) FROM t WHERE k >= 1000"), 0);
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE k >= 1000"), 50);
    OnCluster("ROLLBACK");
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE k >= 1000"), 0);
    OnCluster("UPDATE t SET k = k + 1000 WHERE id <= 50");
    EXPECT_EQ(Number(other(), "SELECT count(*) FROM t WHERE k >= 1000"), 50);
    EXPECT_EQ(Number(other(), "SELECT count(*) FROM t"), 100);
}

TEST_F(GeneralWritesTest, ACancelledWriteChangesNothingAndLeavesNoLock) {
    OnCluster("BEGIN");
    OnCluster("UPDATE t SET v = 1 WHERE id = 99");
    ASSERT_TRUE(other().Send("UPDATE t SET v = o.w FROM o WHERE o.id = t.id"));
    EXPECT_TRUE(SomebodyWaits());
    EXPECT_TRUE(other().Cancel());
    const Answer answer = other().Wait();
    EXPECT_EQ(answer.kind, AnswerKind::kError);
    EXPECT_EQ(answer.sqlstate, "57014");
    EXPECT_EQ(Number("SELECT count(*) FROM (SELECT 1 FROM t FOR UPDATE NOWAIT) x"), 100);
    OnCluster("ROLLBACK");
    Do(other(), "SET statement_timeout = '300ms'");
    OnCluster("BEGIN");
    OnCluster("UPDATE t SET v = 1 WHERE id = 99");
    ExpectError(other(), "DELETE FROM t USING o WHERE o.id = t.id", "57014");
    OnCluster("ROLLBACK");
    EXPECT_EQ(Rows("SELECT count(*), sum(v) FROM t"), "100|0");
}

}  // namespace
}  // namespace pgspan::test
