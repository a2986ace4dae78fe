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

TEST_F(LimitsTest, RefusalsNameTheConstruct) {
    ExpectError("CREATE UNIQUE INDEX ON t (v)", "0A000", "UNIQUE index");
    ExpectError("SELECT ctid FROM t", "0A000", "system column");
    ExpectError("ALTER TABLE t ADD CHECK (tableoid > 0)", "0A000", "tableoid");
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

TEST_F(LimitsTest, WhoDoesNotOwnATableMakesNobodyWaitForIt) {
    OnCluster("CREATE ROLE limits_user");
    OnCluster("GRANT USAGE ON SCHEMA " + schema() + " TO limits_user");
    OnCluster("CREATE TABLE parent (k int)");
    OnCluster("CREATE TABLE plain () INHERITS (parent)");
    Session holder = OpenCoordinator();
    Do(holder, "BEGIN");
    Do(holder, "INSERT INTO " + schema() + ".plain VALUES (1)");
    Do(holder, "INSERT INTO " + schema() + ".parent VALUES (1)");
    OnCluster("SET ROLE limits_user");
    OnCluster("SET lock_timeout = '1s'");
    ExpectError("SELECT create_distributed_table('plain', 'k')", "42501", "plain");
    ExpectError("SELECT create_reference_table('plain')", "42501", "plain");
    Do(holder, "SELECT FROM " + schema() + ".t");
    ExpectError("SELECT undistribute_table('t')", "42501", "t");
    OnCluster("RESET lock_timeout");
    OnCluster("RESET ROLE");
    Do(holder, "ROLLBACK");
    OnCluster("DROP OWNED BY limits_user");
    OnCluster("DROP ROLE limits_user");
}

// PostgreSQL does not let a SECURITY DEFINER function take its role off; what it has nodes run must
// not find a caller behind the role there.
TEST_F(LimitsTest, ASecurityDefinerFunctionGetsNothingOfItsCallersRightsOnNodes) {
    OnCluster("CREATE ROLE limits_owner");
    OnCluster("GRANT ALL ON SCHEMA " + schema() + " TO limits_owner");
    OnCluster("SET ROLE limits_owner");
    OnCluster(
        "CREATE FUNCTION is_harmless(k int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM set_config('role', 'none', true); "
        "RETURN NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user); "
        "END $$");
    OnCluster("CREATE TABLE trap (k int CHECK (" + schema() + ".is_harmless(k)))");
    OnCluster("SELECT create_distributed_table('trap', 'k')");
    OnCluster(
        "CREATE FUNCTION spring(k int) RETURNS void LANGUAGE sql SECURITY DEFINER AS "
        "'INSERT INTO " +
        schema() + ".trap VALUES (k)'");
    // A connection for the superuser in this role is there already.
    OnCluster("SELECT count(*) FROM trap");
    OnCluster("RESET ROLE");
    OnCluster("SELECT " + schema() + ".spring(1)");
    EXPECT_EQ(Number("SELECT count(*) FROM trap"), 1);
    OnCluster("DROP FUNCTION spring(int)");
    OnCluster("DROP TABLE trap");
    OnCluster("DROP FUNCTION is_harmless(int)");
    OnCluster("DROP OWNED BY limits_owner");
    OnCluster("DROP ROLE limits_owner");
}

}  // namespace
}  // namespace pgspan::test
