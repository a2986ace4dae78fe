// Proves that the rows of an INSERT … SELECT which belong to other nodes than those that compute
// them go there without passing through the coordinator, and that nothing is left of them
// afterwards.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPatience{20'000};

class ExchangedRowsTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE given (k int, a int, note text)");
        OnCluster("SELECT create_distributed_table('given', 'k')");
        OnCluster("CREATE TABLE taken (a int PRIMARY KEY, k int, note text)");
        OnCluster("SELECT create_distributed_table('taken', 'a', colocate_with => 'none')");
        OnCluster(
            "INSERT INTO given SELECT g, g + 1, 'note ' || g FROM generate_series(1, 8000) g");
        for (const Node& node : Workers()) {
            Session& worker = workers_.emplace_back(OpenNode(node));
            Do(worker, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
            Do(worker, "SELECT pg_stat_statements_reset()");
        }
    }

    // Folders of temporary files on the workers, of sessions that another test has not left behind.
    long Files() {
        long files = 0;
        for (Session& worker : workers_)
            files +=
                Number(worker,
                       "SELECT count(*) FROM pg_ls_dir('base/pgsql_tmp', true, false) f WHERE f "
                       "LIKE '%.fileset'");
        return files;
    }

    std::vector<Session> workers_;
};

constexpr const char* kCopy = "INSERT INTO taken SELECT a, k, note FROM given";

TEST_F(ExchangedRowsTest, NodesAskEachOther) {
    EXPECT_NE(Rows(std::string("EXPLAIN ") + kCopy).find("rows that nodes hand to each other"),
              std::string::npos);
    OnCluster(kCopy);
    EXPECT_EQ(Rows("SELECT count(*), sum(a), sum(k) FROM taken"), "8000|32012000|32004000");
    for (Session& worker : workers_)
        EXPECT_EQ(Rows(worker,
                       "SELECT sum(calls), sum(rows) > 0 FROM pg_stat_statements WHERE query = "
                       "'SELECT pgspan.scattered($1, $2, $3)'"),
                  "1|t");
    // What comes to the coordinator is how many rows there are.
    for (Session& worker : workers_)
        EXPECT_EQ(Number(worker,
                         "SELECT sum(rows) FROM pg_stat_statements WHERE query LIKE "
                         "'SELECT pgspan.scatter(%'"),
                  1);
}

long Count(const std::string& text, const std::string& part) {
    long count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        count++;
    return count;
}

TEST_F(ExchangedRowsTest, AJoinHandsOverWhatLiesElsewhere) {
    OnCluster("INSERT INTO given SELECT g, g, 'more' FROM generate_series(9000, 60000) g");
    OnCluster("CREATE TABLE other (id int, x int)");
    OnCluster("SELECT create_distributed_table('other', 'id', colocate_with => 'none')");
    OnCluster("INSERT INTO other SELECT g, g % 20000 FROM generate_series(1, 60000) g");
    OnCluster("ANALYZE given, other");
    const std::string join = "SELECT count(*), sum(k) FROM given JOIN other ON given.k = other.x";
    EXPECT_EQ(Count(Rows("EXPLAIN " + join), "Function Scan on gather"), 1)
        << Rows("EXPLAIN " + join);
    const std::string answer = Rows(join);
    // The end of a transaction that has only read is not awaited.
    EXPECT_TRUE(Eventually(kPatience, [&] { return Files() == 0; }));
    OnCluster("SET citus.enable_repartition_joins = off");
    EXPECT_EQ(Count(Rows("EXPLAIN " + join), "gather"), 0);
    EXPECT_EQ(Rows(join), answer);
}

// Groups of the join key are whole where its rows are. Nothing is known of these tables but how
// many shards they have.
TEST_F(ExchangedRowsTest, AJoinHandsOverBothSidesToGroupThem) {
    OnCluster("CREATE TABLE fewer (k int, x int)");
    OnCluster("SELECT create_distributed_table('fewer', 'k', shard_count => 8)");
    OnCluster("CREATE TABLE other (id int, x int)");
    OnCluster("SELECT create_distributed_table('other', 'id', colocate_with => 'none')");
    OnCluster("INSERT INTO fewer SELECT g, g % 500 FROM generate_series(1, 2000) g");
    OnCluster("INSERT INTO other SELECT g, g % 700 FROM generate_series(1, 5000) g");
    const std::string join =
        "SELECT fewer.x, count(*), sum(id) FROM fewer JOIN other ON fewer.x = other.x GROUP BY 1 "
        "ORDER BY 1";
    EXPECT_EQ(Count(Rows("EXPLAIN " + join), "Function Scan on gather"), 2)
        << Rows("EXPLAIN " + join);
    const std::string answer = Rows(join);
    OnCluster("SET citus.enable_repartition_joins = off");
    EXPECT_EQ(Rows(join), answer);
}

TEST_F(ExchangedRowsTest, FewRowsGoByWayOfTheCoordinator) {
    OnCluster("ANALYZE given");
    const std::string few = std::string(kCopy) + " WHERE k BETWEEN 10 AND 12";
    EXPECT_NE(Rows("EXPLAIN " + few).find("rows computed here"), std::string::npos)
        << Rows("EXPLAIN " + few);
    OnCluster(few);
    EXPECT_EQ(Number("SELECT count(*) FROM taken"), 3);
}

TEST_F(ExchangedRowsTest, FilesGoWithTheTransaction) {
    OnCluster(kCopy);
    EXPECT_EQ(Files(), 0);
    OnCluster("BEGIN");
    OnCluster("INSERT INTO taken SELECT a + 100000, k, note FROM given");
    EXPECT_GT(Files(), 0);
    OnCluster("ROLLBACK");
    EXPECT_TRUE(Eventually(kPatience, [&] { return Files() == 0; }));
    ExpectError(kCopy, "23505");
    EXPECT_TRUE(Eventually(kPatience, [&] { return Files() == 0; }));
    OnCluster("BEGIN");
    OnCluster("INSERT INTO taken SELECT a + 100000, k, note FROM given");
    OnCluster("PREPARE TRANSACTION 'exchanged'");
    EXPECT_EQ(Files(), 0);
    OnCluster("COMMIT PREPARED 'exchanged'");
    EXPECT_EQ(Number("SELECT count(*) FROM taken"), 16000);
}

TEST_F(ExchangedRowsTest, ACancelledOneLeavesNothing) {
    OnCluster("UPDATE given SET note = repeat('long ', 20)");
    OnCluster("CREATE TABLE same (k int, a int)");
    OnCluster("SELECT create_distributed_table('same', 'k')");
    OnCluster("INSERT INTO same SELECT g % 8, g FROM generate_series(1, 24000) g");
    // 3000 rows with themselves and themselves, after those that are quickly found.
    const std::string endless =
        "INSERT INTO taken SELECT k, a, note FROM given UNION ALL SELECT x.a, y.a, NULL FROM same "
        "x JOIN same "
        "y "
        "USING (k) JOIN same z USING (k) WHERE x.a + y.a + z.a < 0";
    const auto running = [&] {
        long count = 0;
        for (Session& worker : workers_)
            count +=
                Number(worker,
                       "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> "
                       "pg_backend_pid() AND query LIKE '%pgspan.scatter(%'");
        return count;
    };
    ASSERT_TRUE(cluster().Send(endless));
    EXPECT_TRUE(Eventually(kPatience, [&] { return running() == 2 && Files() == 2; }));
    ASSERT_TRUE(cluster().Cancel());
    EXPECT_EQ(cluster().Wait().sqlstate, "57014");
    EXPECT_TRUE(Eventually(kPatience, [&] { return running() == 0 && Files() == 0; }));
    EXPECT_EQ(Number("SELECT count(*) FROM taken"), 0);
}

TEST_F(ExchangedRowsTest, NodesFindEachOtherAgainAfterTheirSessionsHaveEnded) {
    OnCluster("BEGIN");
    OnCluster(kCopy);
    // The sessions that nodes keep to ask each other.
    for (Session& worker : workers_)
        EXPECT_GT(Number(worker,
                         "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity "
                         "WHERE query LIKE 'SELECT pgspan.scattered(%' AND pid <> "
                         "pg_backend_pid()"),
                  0);
    OnCluster("INSERT INTO taken SELECT a + 100000, k, note FROM given");
    OnCluster("COMMIT");
    EXPECT_EQ(Number("SELECT count(*) FROM taken"), 16000);
}

TEST_F(ExchangedRowsTest, HappensWithTheRightsOfTheUser) {
    OnCluster("CREATE ROLE hands_over");
    OnCluster("GRANT USAGE ON SCHEMA " + schema() + " TO hands_over");
    OnCluster("GRANT INSERT ON taken TO hands_over");
    OnCluster("SET ROLE hands_over");
    ExpectError(kCopy, "42501", "given");
    OnCluster("RESET ROLE");
    OnCluster("GRANT SELECT ON given TO hands_over");
    OnCluster("SET ROLE hands_over");
    OnCluster(kCopy);
    OnCluster("RESET ROLE");
    EXPECT_EQ(Number("SELECT count(*) FROM taken"), 8000);
    OnCluster("DROP OWNED BY hands_over");
    OnCluster("DROP ROLE hands_over");
}

TEST_F(ExchangedRowsTest, CallsByHandAreRefused) {
    ExpectError("SELECT pgspan.scattered('0:1:1', 1, true)", "22023");
    ExpectError("SELECT pgspan.scattered('0:1:1:1:1663:" + std::string(32, '0') + "', 1, true)",
                "55000");
    ExpectError("SELECT * FROM pgspan.gather('1:1:1:1:1663:" + std::string(32, '0') +
                    "', 1, 0, true) AS r(a int)",
                "55000");
    ExpectError("SELECT pgspan.scatter(-1, 1, k) FROM generate_series(1, 3) k", "55000");
    // Bytes of one type are no values of another.
    const std::string table =
        "(SELECT table_id FROM pgspan.distributed_table WHERE relation = 'taken'::regclass)";
    ExpectError(
        "SELECT * FROM (SELECT pgspan.scatter(" + table +
            ", 1, k) FROM generate_series(1, 9) k) s(h), LATERAL pgspan.gather(split_part(h, "
            "' ', 1), 1, 1, true) AS r(a text)",
        "22021");
    OnCluster("CREATE DOMAIN word AS text");
    OnCluster("CREATE TYPE of_bytes AS (x bytea)");
    OnCluster("CREATE TYPE of_text AS (x text)");
    const auto read_as = [&](const std::string& bytes, const std::string& type) {
        return "SELECT r.x FROM (SELECT pgspan.scatter(" + table + ", -1, " + bytes +
               ")) s(h), LATERAL pgspan.gather(split_part(h, ' ', 1), -1, 1, false) AS r(x " +
               type + ")";
    };
    ExpectError(read_as("'\\x7bf07d'::bytea", "word[]"), "22021");
    ExpectError(read_as("ROW('\\xf0'::bytea)::of_bytes", "of_text"), "22021");
}

}  // namespace
}  // namespace pgspan::test
