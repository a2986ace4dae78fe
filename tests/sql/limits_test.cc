// Proves that limits that no plain comparison can show are refused with SQLSTATE 0A000, and name
// what they refuse.
#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

class LimitsTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE t (k int PRIMARY KEY, v int)");
        OnCluster("SELECT create_distributed_table('t', 'k')");
        OnCluster("INSERT INTO t SELECT g, g FROM generate_series(1, 50) g");
    }
};

TEST_F(LimitsTest, PrepareTransactionAfterWritesOnNodesIsRefused) {
    OnCluster("BEGIN");
    OnCluster("UPDATE t SET v = 0");
    ExpectError("PREPARE TRANSACTION 'of a user'", "0A000");
    OnCluster("ROLLBACK");
    EXPECT_EQ(Number("SELECT count(*) FROM t WHERE v = 0"), 0);
    for (const Node& node : Nodes()) {
        Session session = OpenNode(node);
        EXPECT_EQ(Value(session, "SELECT count(*) FROM pg_prepared_xacts"), "0");
    }
}

TEST_F(LimitsTest, RefusalsNameTheConstruct) {
    ExpectError("INSERT INTO t VALUES (1, 1) ON CONFLICT (k) DO UPDATE SET v = (SELECT excluded.v)",
                "0A000", "ON CONFLICT");
    ExpectError("SELECT ctid FROM t", "0A000", "system column");
    ExpectError("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "0A000", "ROW LEVEL SECURITY");
}

TEST_F(LimitsTest, TheMarkersOfTasksCannotBeExecuted) {
    EXPECT_EQ(cluster().Run("SELECT pgspan.task_shards(1, '0', false)").kind, AnswerKind::kError);
    EXPECT_EQ(cluster().Run("SELECT * FROM pgspan.remote_rows(1) AS x (a int)").kind,
              AnswerKind::kError);
}

TEST_F(LimitsTest, AnOrdinaryUserCannotChangeMetadataOrReadCredentials) {
    OnCluster("CREATE ROLE limits_user");
    OnCluster("SET ROLE limits_user");
    ExpectError("SELECT * FROM pgspan.auth_info", "42501");
    ExpectError("DELETE FROM pgspan.node", "42501");
    ExpectError("SELECT citus_add_node('127.0.0.1', 1)", "42501");
    ExpectError("SELECT recover_prepared_transactions()", "42501");
    ExpectError("SELECT * FROM " + schema() + ".t", "42501");
    ExpectError("SELECT create_distributed_table('" + schema() + ".t', 'k')", "42501");
    OnCluster("RESET ROLE");
    OnCluster("DROP ROLE limits_user");
}

}  // namespace
}  // namespace pgspan::test
