// Proves that while a worker is dead, statements that need it fail soon with an error of class 08
// that names it, what does not need it goes on, and all goes on when it is back.
#include <csignal>
#include <sys/types.h>

#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::seconds;

class DeadWorkerTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE t (k int PRIMARY KEY, v int)");
        OnCluster("SELECT create_distributed_table('t', 'k')");
        OnCluster("INSERT INTO t SELECT g, g FROM generate_series(1, 100) g");
        OnCluster("CREATE TABLE here (k int)");
        worker_ = Workers().at(0);
        on_dead_ = KeyOn(worker_.port, true);
        on_living_ = KeyOn(worker_.port, false);
    }

    void TearDown() override {
        Start();
        ClusterTest::TearDown();
    }

    std::string KeyOn(int port, bool equal) {
        return Value(
            "SELECT min(k) FROM generate_series(1, 100) k JOIN citus_shards s ON s.shardid "
            "= get_shard_id_for_distribution_column('t', k) WHERE (s.nodeport = " +
            std::to_string(port) + ") = " + (equal ? "true" : "false"));
    }

    // Kills the postmaster and waits until its backends, which notice a moment later, are gone too.
    // SIGQUIT makes them say so to their clients.
    void Kill(int signal = SIGKILL) {
        Session session = OpenNode(worker_);
        std::vector<int> pids = {PostmasterPid(session)};
        for (const Row& row : Do(session, "SELECT pid FROM pg_stat_activity").rows) {
            pids.push_back(std::stoi(*row[0]));
        }
        ASSERT_EQ(kill(pids[0], signal), 0);
        for (const int pid : pids) {
            ASSERT_TRUE(Eventually(seconds(20), [&] { return kill(pid, 0) != 0; })) << pid;
        }
        ASSERT_FALSE(Session::Open(worker_.conninfo).ok());
    }

    void Start() {
        std::string output;
        ASSERT_TRUE(Eventually(seconds(90), [&] {
            output.clear();
            return Pgspan("start", &output) == 0;
        })) << output;
        ASSERT_TRUE(Eventually(seconds(60), [&] { return Session::Open(worker_.conninfo).ok(); }));
    }

    void ExpectFailsSoon(Session& session, const std::string& sql) {
        session.set_deadline(seconds(20));
        const auto start = std::chrono::steady_clock::now();
        ExpectError(session, sql, "08");
        EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(15)) << sql;
    }

    Node worker_;
    std::string on_dead_;
    std::string on_living_;
};

TEST_F(DeadWorkerTest, StatementsThatNeedItFailSoonAndOthersGoOn) {
    Session fresh_after = OpenCoordinator();
    Kill();
    for (Session* session : {&cluster(), &fresh_after}) {
        ExpectFailsSoon(*session, "SELECT count(*) FROM t");
        ExpectFailsSoon(*session, "SELECT * FROM t WHERE k = " + on_dead_);
        ExpectFailsSoon(*session, "UPDATE t SET v = 0 WHERE k = " + on_dead_);
        ExpectFailsSoon(*session, "UPDATE t SET v = 0");
        EXPECT_EQ(Value(*session, "SELECT v FROM t WHERE k = " + on_living_), on_living_);
        EXPECT_EQ(Do(*session, "UPDATE t SET v = v WHERE k = " + on_living_).tag, "UPDATE 1");
        EXPECT_EQ(Do(*session, "INSERT INTO here VALUES (1)").tag, "INSERT 0 1");
    }
    ExpectError(cluster(), "SELECT * FROM t WHERE k = " + on_dead_, "08",
                std::to_string(worker_.port));
    Start();
    ASSERT_TRUE(
        Eventually(seconds(30), [&] { return cluster().Run("SELECT count(*) FROM t").ok(); }));
    EXPECT_EQ(Number("SELECT count(*) FROM t"), 100);
    EXPECT_EQ(Value("SELECT v FROM t WHERE k = " + on_dead_), on_dead_);
    EXPECT_EQ(OnCluster("UPDATE t SET v = 1").tag, "UPDATE 100");
}

TEST_F(DeadWorkerTest, ADeathInTheMiddleOfATransactionAbortsIt) {
    OnCluster("BEGIN");
    OnCluster("UPDATE t SET v = -1");
    Kill();
    EXPECT_FALSE(cluster().Run("SELECT count(*) FROM t").ok());
    const Answer commit = cluster().Run("COMMIT");
    EXPECT_TRUE(!commit.ok() || commit.tag == "ROLLBACK") << commit.tag;
    Start();
    Session after = OpenCoordinator();
    EXPECT_EQ(Number(after, "SELECT count(*) FROM t WHERE v = -1"), 0);
}

TEST_F(DeadWorkerTest, ACommitThatFindsItDeadCommitsNothing) {
    OnCluster("BEGIN");
    OnCluster("UPDATE t SET v = -1");
    Kill();  // its backends too, so that none of them can still prepare
    const Answer commit = cluster().Run("COMMIT");
    EXPECT_EQ(commit.kind, AnswerKind::kError) << commit.tag;
    Start();
    Session after = OpenCoordinator();
    EXPECT_TRUE(Eventually(seconds(60), [&] {
        return after.Run("SELECT recover_prepared_transactions()").ok() &&
               Number(after, "SELECT count(*) FROM t WHERE v = -1") == 0;
    }));
    EXPECT_EQ(Do(after, "UPDATE t SET v = 2").tag, "UPDATE 100");
}

TEST_F(DeadWorkerTest, SessionsThatWereIdleNoticeNothingOnceItIsBack) {
    Session after_block = OpenCoordinator();
    Session after_read = OpenCoordinator();
    Do(cluster(), "UPDATE t SET v = v + 1");
    Do(after_block, "BEGIN");
    Do(after_block, "UPDATE t SET v = v + 1 WHERE k = " + on_living_);
    Do(after_block, "UPDATE t SET v = v + 1 WHERE k = " + on_dead_);
    Do(after_block, "COMMIT");
    Do(after_read, "SELECT count(*) FROM t");
    for (const int signal : {SIGKILL, SIGQUIT, SIGINT}) {
        Kill(signal);
        Start();
        for (Session* session : {&cluster(), &after_block, &after_read}) {
            Do(*session, "UPDATE t SET v = v + 1 WHERE k = " + on_dead_);
            Do(*session, "SELECT count(*) FROM t");
        }
    }
    EXPECT_EQ(Value("SELECT v - k FROM t WHERE k = " + on_dead_), "11");
}

TEST_F(DeadWorkerTest, DdlWhileItIsDeadChangesNothingAnywhere) {
    Kill();
    ExpectFailsSoon(cluster(), "ALTER TABLE t ADD COLUMN w int");
    ExpectFailsSoon(cluster(), "CREATE INDEX by_v ON t (v)");
    ExpectFailsSoon(cluster(), "DROP TABLE t");
    EXPECT_EQ(
        Value("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = "
              "'w'"),
        "0");
    Start();
    ASSERT_TRUE(
        Eventually(seconds(30), [&] { return cluster().Run("SELECT count(*) FROM t").ok(); }));
    OnCluster("ALTER TABLE t ADD COLUMN w int DEFAULT 4");
    EXPECT_EQ(Value("SELECT sum(w) FROM t"), "400");
}

}  // namespace
}  // namespace pgspan::test
