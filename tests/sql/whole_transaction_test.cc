// Proves that a statement that is a whole transaction and writes on one worker is one statement
// there, and that whatever only looks like one is still all or nothing.
#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

#include <random>

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;

class WholeTransactionTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE whole (k int PRIMARY KEY, v int CHECK (v >= 0))");
        OnCluster("SELECT create_distributed_table('whole', 'k')");
        OnCluster("INSERT INTO whole SELECT g, g FROM generate_series(1, 50) g");
        for (const Node& node : Workers()) workers_.push_back(OpenNode(node));
        // Connections and their settings are no matter of the statement.
        for (int k = 1; k <= 50; ++k) {
            OnCluster("UPDATE whole SET v = v WHERE k = " + std::to_string(k));
        }
    }

    // Commands of all kinds that the workers ran for `sql`, without those that ask for them.
    long CommandsFor(const std::string& sql, bool extended) {
        for (Session& worker : workers_) {
            Do(worker, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
            Do(worker, "SET pg_stat_statements.track = 'none'");
            Do(worker, "SELECT pg_stat_statements_reset()");
        }
        const Answer answer = extended ? cluster().RunWithParameters(sql, {}) : cluster().Run(sql);
        EXPECT_TRUE(answer.ok()) << answer.message;
        long commands = 0;
        for (Session& worker : workers_) {
            commands += Number(worker,
                               "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE "
                               "query ~* 'whole|begin|commit|prepare|rollback' AND "
                               // The maintenance worker may look at any moment.
                               "query !~ 'pg_prepared_xacts'");
        }
        return commands;
    }

    std::string Values() { return Rows("SELECT sum(v), count(*) FROM whole"); }

    std::vector<Session> workers_;
};

TEST_F(WholeTransactionTest, ASingleWriteIsOneCommandOnOneWorker) {
    for (const bool extended : {false, true}) {
        const std::string k = extended ? "101" : "100";
        EXPECT_EQ(CommandsFor("INSERT INTO whole VALUES (" + k + ", 1)", extended), 1);
        EXPECT_EQ(CommandsFor("UPDATE whole SET v = 2 WHERE k = " + k, extended), 1);
        EXPECT_EQ(CommandsFor("DELETE FROM whole WHERE k = " + k, extended), 1);
    }
}

TEST_F(WholeTransactionTest, InATransactionBlockItIsNotCommittedBeforeTheBlockIs) {
    const std::string before = Values();
    OnCluster("BEGIN");
    OnCluster("INSERT INTO whole VALUES (100, 1)");
    OnCluster("UPDATE whole SET v = 3 WHERE k = 5");
    Session other = OpenCoordinator();
    EXPECT_EQ(Rows(other, "SELECT sum(v), count(*) FROM whole"), before);
    OnCluster("ROLLBACK");
    EXPECT_EQ(Values(), before);
}

TEST_F(WholeTransactionTest, SeveralStatementsInOneQueryAreOneTransaction) {
    const std::string before = Values();
    ExpectError("INSERT INTO whole VALUES (100, 1); SELECT 1 / 0", "22012");
    ExpectError("UPDATE whole SET v = 0 WHERE k = 7; INSERT INTO whole VALUES (7, 7)", "23505");
    EXPECT_EQ(Values(), before);
}

TEST_F(WholeTransactionTest, APipelineIsOneTransactionUpToItsSync) {
    const std::string before = Values();
    std::vector<Answer> answers = cluster().RunPipeline(
        {"INSERT INTO whole VALUES (100, 1)", "UPDATE whole SET v = -1 WHERE k = 3"});
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].tag, "INSERT 0 1");
    EXPECT_EQ(answers[1].sqlstate, "23514");
    EXPECT_EQ(Values(), before);
    answers = cluster().RunPipeline({"SELECT 1", "INSERT INTO whole VALUES (100, 1)",
                                     "SELECT 1 / (k - 100) FROM whole WHERE k = 100"});
    EXPECT_EQ(answers.back().sqlstate, "22012");
    EXPECT_EQ(Values(), before);
    answers = cluster().RunPipeline(
        {"INSERT INTO whole VALUES (100, 1)", "INSERT INTO whole VALUES (101, 1)"});
    EXPECT_EQ(answers[1].tag, "INSERT 0 1");
    EXPECT_EQ(Number("SELECT count(*) FROM whole WHERE k >= 100"), 2);
}

TEST_F(WholeTransactionTest, FunctionsAndBlocksOfCodeAreOneTransaction) {
    const std::string before = Values();
    OnCluster(
        "CREATE FUNCTION write_and_fail(key int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE whole SET v = 0 WHERE k = key; RAISE EXCEPTION 'no'; END $$");
    ExpectError("SELECT write_and_fail(9)", "P0001");
    ExpectError("DO $$ BEGIN UPDATE whole SET v = 0 WHERE k = 9; RAISE EXCEPTION 'no'; END $$",
                "P0001");
    ExpectError("DO $$ BEGIN EXECUTE 'UPDATE whole SET v = 0 WHERE k = 9'; PERFORM 1 / 0; END $$",
                "22012");
    EXPECT_EQ(Values(), before);
}

TEST_F(WholeTransactionTest, WhatItsParametersWroteIsCommittedWithIt) {
    OnCluster("CREATE TABLE here (k int)");
    OnCluster(
        "CREATE FUNCTION note(key int) RETURNS int VOLATILE LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO here VALUES (key); RETURN key; END $$");
    OnCluster("INSERT INTO whole VALUES (note(100), 1)");
    ExpectError("INSERT INTO whole VALUES (note(100), 1)", "23505");
    EXPECT_EQ(Number("SELECT count(*) FROM here"), 1);
    OnCluster(
        "CREATE FUNCTION note_there(key int) RETURNS int VOLATILE LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE whole SET v = 1000 WHERE k = 1; RETURN key; END $$");
    ExpectError("INSERT INTO whole VALUES (note_there(100), 1)", "23505");
    EXPECT_EQ(Number("SELECT v FROM whole WHERE k = 1"), 1);
}

TEST_F(WholeTransactionTest, ACancelledOneHasEitherHappenedOrFailed) {
    // Some 50 ms of work on the node, and a cancellation that comes before, within or after.
    const std::string update =
        "UPDATE whole SET v = v + 1 WHERE k = 5 AND (SELECT count(*) FROM "
        "generate_series(1, 300000)) > 0";
    std::mt19937 random(815);
    long happened = 5;
    int cancelled = 0;
    for (int round = 0; round < 40; ++round) {
        ASSERT_TRUE(cluster().Send(update));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
        ASSERT_TRUE(cluster().Cancel());
        const Answer answer = cluster().Wait();
        ASSERT_TRUE(answer.ok() || answer.sqlstate == "57014") << answer.message;
        happened += answer.ok() ? 1 : 0;
        cancelled += answer.ok() ? 0 : 1;
        // A request that comes late hits what is sent next.
        long now = 0;
        ASSERT_TRUE(Eventually(milliseconds(5'000), [&] {
            const Answer found = cluster().Run("SELECT v FROM whole WHERE k = 5");
            if (found.ok()) now = std::stol(*found.rows.at(0).at(0));
            return found.ok();
        }));
        ASSERT_EQ(now, happened) << "round " << round;
    }
    EXPECT_GT(cancelled, 0);
}

TEST_F(WholeTransactionTest, ATimeoutTellsOfTheTimeoutAndUndoesTheStatement) {
    Session holder = OpenCoordinator();
    Do(holder, "BEGIN");
    Do(holder, "UPDATE whole SET v = 1 WHERE k = 4");
    OnCluster("SET statement_timeout = '300ms'");
    ExpectError("UPDATE whole SET v = 77 WHERE k = 4", "57014", "statement timeout");
    OnCluster("RESET statement_timeout");
    Do(holder, "ROLLBACK");
    EXPECT_EQ(Number("SELECT v FROM whole WHERE k = 4"), 4);
}

TEST_F(WholeTransactionTest, AWorkerThatDiesWithItLeavesTheOutcomeUnknown) {
    Session holder = OpenCoordinator();
    Do(holder, "BEGIN");
    Do(holder, "UPDATE whole SET v = 1 WHERE k = 4");
    ASSERT_TRUE(cluster().Send("UPDATE whole SET v = 77 WHERE k = 4"));
    // The waiting one is ended.
    ASSERT_TRUE(Eventually(milliseconds(20'000), [&] {
        long ended = 0;
        for (Session& worker : workers_) {
            ended += Number(worker,
                            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                            "wait_event_type = 'Lock' AND query ~ 'whole' AND pid <> "
                            "pg_backend_pid()");
        }
        return ended > 0;
    }));
    const Answer answer = cluster().Wait();
    EXPECT_EQ(answer.sqlstate.substr(0, 2), "08") << answer.sqlstate << answer.message;
    Do(holder, "ROLLBACK");
    EXPECT_EQ(Number("SELECT v FROM whole WHERE k = 4"), 4);
    OnCluster("UPDATE whole SET v = 78 WHERE k = 4");
}

TEST_F(WholeTransactionTest, ACancelledOneOfSeveralNodesHasHappenedOnAllOrNone) {
    const std::string update =
        "UPDATE whole SET v = v + 1 WHERE k <= 50 AND (SELECT count(*) FROM "
        "generate_series(1, 200000)) > 0";
    std::mt19937 random(4711);
    long happened = 0;
    int cancelled = 0;
    for (int round = 0; round < 40; ++round) {
        ASSERT_TRUE(cluster().Send(update));
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
        ASSERT_TRUE(cluster().Cancel());
        const Answer answer = cluster().Wait();
        ASSERT_TRUE(answer.ok() || answer.sqlstate == "57014") << answer.message;
        happened += answer.ok() ? 1 : 0;
        cancelled += answer.ok() ? 0 : 1;
        std::string now;
        ASSERT_TRUE(Eventually(milliseconds(5'000), [&] {
            const Answer found = cluster().Run("SELECT DISTINCT v - k FROM whole");
            if (found.ok()) now = found.rows.size() == 1 ? *found.rows[0][0] : "a half";
            return found.ok();
        }));
        ASSERT_EQ(now, std::to_string(happened)) << "round " << round;
    }
    EXPECT_GT(cancelled, 0);
}

// Nodes prepare their parts with the statement, under a name that has an xid in it; a parallel plan
// allows none to be assigned.
TEST_F(WholeTransactionTest, ItsRowsAreComputedWithoutWorkers) {
    OnCluster("CREATE TABLE source AS SELECT g AS k, g AS v FROM generate_series(100, 20000) g");
    OnCluster("ANALYZE source");
    OnCluster("SET parallel_setup_cost = 0");
    OnCluster("SET parallel_tuple_cost = 0");
    OnCluster("SET min_parallel_table_scan_size = 0");
    const std::string insert =
        "INSERT INTO whole SELECT k, max(v) FROM source WHERE k <= 200 GROUP BY k";
    EXPECT_NE(Rows("EXPLAIN " + insert.substr(insert.find("SELECT"))).find("Parallel Seq Scan"),
              std::string::npos);
    EXPECT_EQ(Rows("EXPLAIN " + insert).find("Parallel Seq Scan"), std::string::npos);
    OnCluster(insert);
    EXPECT_EQ(Rows("SELECT count(*), min(v), max(v) FROM whole"), "151|1|200");
}

}  // namespace
}  // namespace pgspan::test
