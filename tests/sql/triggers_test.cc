// Proves what a comparison with one PostgreSQL cannot show of triggers: that other nodes refuse the
// writes for which triggers would have to fire, that copies of a reference table get what triggers
// made of a row, and that commands without a matching trigger keep their plans.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

constexpr std::chrono::milliseconds kPatience{20'000};

class TriggersTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster(
            "CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.v := NEW.v + 1; RETURN NEW; END $$");
        OnCluster("CREATE TABLE t (k int, v int)");
        OnCluster("CREATE TRIGGER early BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION mark()");
        OnCluster("SELECT create_distributed_table('t', 'k')");
        OnCluster("CREATE TABLE r (id int PRIMARY KEY, v int)");
        OnCluster("SELECT create_reference_table('r')");
        OnCluster("CREATE TRIGGER late BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION mark()");
        OnCluster("INSERT INTO t SELECT g, g FROM generate_series(1, 100) g");
    }

    Session OnWorker() {
        Session session = OpenNode(Workers()[0]);
        Do(session, "SET search_path = " + schema());
        return session;
    }

    void ExpectRefused(Session& session, const std::string& sql) {
        EXPECT_EQ(session.Run(sql).sqlstate, "0A000") << sql;
    }
};

TEST_F(TriggersTest, OtherNodesRefuseWhatTheyWouldNotFireFor) {
    Session worker = OnWorker();
    ExpectRefused(worker, "UPDATE t SET v = 0");
    ExpectRefused(worker, "UPDATE t SET v = 0 WHERE k = 5");
    ExpectRefused(worker, "INSERT INTO r VALUES (1, 1)");
    Do(worker, "INSERT INTO t VALUES (101, 0)");
    Do(worker, "DELETE FROM r");
    EXPECT_EQ(Value("SELECT sum(v) FROM t"), "5050");
    OnCluster("ALTER TRIGGER early ON t RENAME TO earlier");
    ExpectRefused(worker, "UPDATE t SET v = 0");
    OnCluster("DROP FUNCTION mark() CASCADE");
    Do(worker, "UPDATE t SET v = 1 WHERE k = 5");
    Do(worker, "INSERT INTO r VALUES (1, 1)");
    EXPECT_EQ(Value("SELECT v FROM r"), "1");
}

TEST_F(TriggersTest, CopiesOfAReferenceTableStayTheSame) {
    OnCluster("INSERT INTO r VALUES (1, 1), (2, 2)");
    EXPECT_EQ(Rows("SELECT * FROM r ORDER BY id"), "1|2\n2|3");
    Session worker = OnWorker();
    EXPECT_EQ(Rows(worker, "SELECT * FROM r ORDER BY id"), "1|2\n2|3");
}

// While somebody deletes what is referenced, by the key that shards keep, the trigger is not made.
TEST_F(TriggersTest, AKeyThatComesToFireTriggersHoldsAgainstConcurrentWrites) {
    OnCluster("CREATE TABLE parent (k int PRIMARY KEY)");
    OnCluster("CREATE TABLE child (k int REFERENCES parent ON DELETE CASCADE, n int)");
    OnCluster("CREATE TABLE seen (n int)");
    OnCluster(
        "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO seen VALUES (OLD.n); RETURN NULL; END $$");
    OnCluster("SELECT create_distributed_table('parent', 'k', shard_count => 8)");
    OnCluster("SELECT create_distributed_table('child', 'k', colocate_with => 'parent')");
    OnCluster("INSERT INTO parent SELECT generate_series(1, 40)");
    OnCluster("INSERT INTO child SELECT g, g FROM generate_series(1, 20) g");
    Session other = OpenCoordinator();
    std::vector<Session> nodes;
    for (const Node& node : Nodes()) nodes.push_back(OpenNode(node));
    const auto waits = [&] {
        return Eventually(kPatience, [&] {
            for (Session& node : nodes)
                if (Number(node, "SELECT count(*) FROM pg_locks WHERE NOT granted") > 0)
                    return true;
            return false;
        });
    };
    Do(other, "PREPARE gone AS DELETE FROM parent WHERE k = $1");
    for (int i = 1; i <= 7; i++) Do(other, "EXECUTE gone (" + std::to_string(i) + ")");
    OnCluster("BEGIN");
    OnCluster("DELETE FROM parent WHERE k = 8");
    EXPECT_TRUE(
        other.Send("CREATE TRIGGER see AFTER DELETE ON child FOR EACH ROW EXECUTE FUNCTION see()"));
    EXPECT_TRUE(waits());
    OnCluster("COMMIT");
    EXPECT_EQ(other.Wait().sqlstate, "");
    EXPECT_EQ(Number("SELECT count(*) FROM seen"), 0);
    Do(other, "EXECUTE gone (9)");
    OnCluster("DELETE FROM parent WHERE k IN (10, 11)");
    EXPECT_EQ(Rows("SELECT n FROM seen ORDER BY n"), "9\n10\n11");
    EXPECT_EQ(Number("SELECT count(*) FROM child"), 9);
    OnCluster("BEGIN");
    OnCluster("INSERT INTO child VALUES (30, 30), (31, 31)");
    EXPECT_TRUE(other.Send("DELETE FROM parent WHERE k IN (12, 30)"));
    EXPECT_TRUE(waits());
    OnCluster("COMMIT");
    EXPECT_EQ(other.Wait().sqlstate, "");
    EXPECT_EQ(Rows("SELECT n FROM seen WHERE n > 11 ORDER BY n"), "12\n30");
    OnCluster("BEGIN");
    OnCluster("DELETE FROM parent WHERE k = 31");
    EXPECT_TRUE(other.Send("INSERT INTO child VALUES (31, 32)"));
    EXPECT_TRUE(waits());
    OnCluster("COMMIT");
    EXPECT_EQ(other.Wait().sqlstate, "23503");
    Session worker = OnWorker();
    EXPECT_EQ(worker.Run("DELETE FROM parent WHERE k = 13").sqlstate, "55000");
    EXPECT_EQ(worker.Run("INSERT INTO child VALUES (13, 13)").sqlstate, "55000");
}

TEST_F(TriggersTest, OtherNodesRefuseToDeleteWhatAKeyOfTheCoordinatorReferences) {
    OnCluster("CREATE TABLE c (k int, id int REFERENCES r ON DELETE CASCADE)");
    OnCluster("SELECT create_distributed_table('c', 'k')");
    OnCluster("INSERT INTO r SELECT g, g FROM generate_series(1, 9) g");
    OnCluster("INSERT INTO c SELECT g, g % 9 + 1 FROM generate_series(1, 90) g");
    Session worker = OnWorker();
    Do(worker, "DELETE FROM r WHERE id = 1");
    EXPECT_EQ(Number("SELECT count(*) FROM c"), 80);
    OnCluster(
        "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$");
    OnCluster("CREATE TRIGGER late AFTER DELETE ON c FOR EACH ROW EXECUTE FUNCTION quiet()");
    ExpectRefused(worker, "DELETE FROM r WHERE id = 2");
    ExpectRefused(worker, "UPDATE r SET id = 10 WHERE id = 2");
    Do(worker, "UPDATE r SET v = 0 WHERE id = 2");
    EXPECT_EQ(Number("SELECT count(*) FROM c"), 80);
    OnCluster("DELETE FROM r WHERE id = 2");
    EXPECT_EQ(Number("SELECT count(*) FROM c"), 70);
    EXPECT_EQ(Number(worker, "SELECT count(*) FROM r"), 7);
}

TEST_F(TriggersTest, CommandsWithoutAMatchingTriggerKeepTheirPlans) {
    EXPECT_NE(Rows("EXPLAIN DELETE FROM t WHERE k = 1").find("router"), std::string::npos);
    EXPECT_EQ(Rows("EXPLAIN DELETE FROM t WHERE k = 1").find("modify scan"), std::string::npos);
    EXPECT_NE(Rows("EXPLAIN UPDATE t SET v = 1 WHERE k = 1").find("modify scan"),
              std::string::npos);
    OnCluster("ALTER TABLE t DISABLE TRIGGER early");
    EXPECT_EQ(Rows("EXPLAIN UPDATE t SET v = 1 WHERE k = 1").find("modify scan"),
              std::string::npos);
}

}  // namespace
}  // namespace pgspan::test
