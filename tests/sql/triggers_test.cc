// Proves what a comparison with one PostgreSQL cannot show of triggers: that other nodes refuse the
// writes for which triggers would have to fire, that copies of a reference table get what triggers
// made of a row, and that commands without a matching trigger keep their plans.
#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

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
