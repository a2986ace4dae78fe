// Proves that the copies of a reference table hold the same rows, however many sessions write them
// at once, and may hold them in different orders without its being seen: what depends on the order
// is computed once, not on each node.
#include <random>
#include <thread>

#include "tests/harness/cluster_test.h"

namespace pgspan::test {
namespace {

class CopiesTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        OnCluster("CREATE TABLE t (k int, r int)");
        OnCluster("SELECT create_distributed_table('t', 'k')");
        OnCluster("CREATE TABLE ref (k int, v int)");
        OnCluster("SELECT create_reference_table('ref')");
        OnCluster("INSERT INTO t SELECT g, g % 5 FROM generate_series(1, 60) g");
        OnCluster("INSERT INTO ref SELECT g % 5, g FROM generate_series(1, 20) g");
        // As a part of another node's statement: on this copy alone. The row moves to the end.
        Session worker = OpenAsCoordinator(Workers().at(0));
        Do(worker, "UPDATE " + schema() + ".ref SET v = v WHERE v < 9");
        EXPECT_NE(InOrderOn(Workers().at(0)), InOrderOn(Workers().at(1)))
            << "the copies are in the same order: this proves nothing";
    }

    std::string InOrderOn(const Node& node) {
        Session session = OpenNode(node);
        return Rows(session, "SELECT v FROM " + schema() + ".ref");
    }
};

TEST_F(CopiesTest, WhatDependsOnTheOrderOfRowsIsTheSameForAllShards) {
    const std::string from = " FROM t JOIN (SELECT ";
    const std::string on = ") x ON x.k = t.r";
    EXPECT_EQ(Number("SELECT count(DISTINCT (x.v, x.n))" + from +
                     "k, v, row_number() OVER () AS n FROM ref" + on),
              20);
    EXPECT_EQ(Number("SELECT count(DISTINCT x.v)" + from + "DISTINCT ON (k) k, v FROM ref" + on),
              5);
    EXPECT_EQ(Number("SELECT count(DISTINCT x.a)" + from +
                     "k, array_agg(v) AS a FROM ref GROUP BY k" + on),
              5);
    EXPECT_EQ(Number("SELECT count(DISTINCT x.a)" + from +
                     "k, string_agg(v::text, ',') AS a FROM ref GROUP BY k" + on),
              5);
}

// Each sees and changes rows that the others have just inserted, or have just changed so that a
// condition holds for them; the statements go over all ways by which copies are written.
TEST_F(CopiesTest, SessionsThatWriteTheSameRowsLeaveThemEqualWithoutAnError) {
    constexpr int kSessions = 4;
    constexpr int kStatements = 60;
    OnCluster("CREATE TABLE copied (k int, v int, writer int, id int PRIMARY KEY)");
    OnCluster("CREATE TABLE sums (k int PRIMARY KEY, total bigint)");
    OnCluster("SELECT create_reference_table('copied')");
    OnCluster("SELECT create_reference_table('sums')");
    OnCluster("INSERT INTO sums SELECT generate_series(0, 4), 0");
    std::vector<std::string> failures[kSessions];
    std::vector<std::thread> threads;
    threads.reserve(kSessions);
    for (int writer = 0; writer < kSessions; ++writer) {
        threads.emplace_back([&, writer] {
            Session session = OpenCoordinator();
            std::mt19937 random(static_cast<unsigned>(writer));
            for (int i = 0; i < kStatements; ++i) {
                const std::string k = std::to_string(random() % 5);
                const std::string id = std::to_string(writer * kStatements + i);
                const std::string new_row = "(" + k + ", 1, " + std::to_string(writer) + ", " + id;
                const std::string statements[] = {
                    "INSERT INTO copied VALUES " + new_row + ")",
                    "INSERT INTO copied VALUES " + new_row + "), (" + k + ", 2, -1, -" + id +
                        " - 1)",
                    "UPDATE copied SET v = v + 1 WHERE k = " + k,
                    "UPDATE copied SET k = (k + 1) % 5 WHERE v % 3 = " + k,
                    "DELETE FROM copied WHERE k = " + k + " AND v > 4",
                    "UPDATE sums SET total = (SELECT coalesce(sum(v), 0) FROM copied) WHERE k = " +
                        k,
                    "UPDATE copied SET v = copied.v + t.r % 2 FROM t WHERE t.k = copied.id",
                    "INSERT INTO copied VALUES " + new_row +
                        ") ON CONFLICT (id) DO UPDATE SET v = "
                        "copied.v * 2",
                };
                const Answer answer = session.Run(statements[random() % std::size(statements)]);
                if (!answer.ok()) failures[writer].push_back(answer.sqlstate + answer.message);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& of_session : failures)
        for (const std::string& failure : of_session) ADD_FAILURE() << failure;
    for (const char* table : {"copied", "sums"}) {
        const std::string rows = std::string("SELECT * FROM ") + schema() + "." + table +
                                 " ORDER BY 1, 2" + (table[0] == 'c' ? ", 3, 4" : "");
        const std::string here = Rows(rows);
        EXPECT_FALSE(here.empty());
        for (const Node& worker : Workers()) {
            Session session = OpenNode(worker);
            EXPECT_EQ(Rows(session, rows), here) << table << " on " << worker.port;
        }
    }
}

// The nodes empty the copies; a table that is a node's own is not for everybody to empty.
TEST_F(CopiesTest, TruncateCascadesToANodesOwnTablesWithTheRightsOfTheUser) {
    OnCluster("CREATE ROLE empties");
    OnCluster("GRANT USAGE ON SCHEMA " + schema() + " TO empties");
    OnCluster("CREATE TABLE mine (k int PRIMARY KEY)");
    OnCluster("SELECT create_reference_table('mine')");
    OnCluster("ALTER TABLE mine OWNER TO empties");
    OnCluster("INSERT INTO mine VALUES (1)");
    Session worker = OpenNode(Workers().at(0));
    Do(worker, "SET search_path = " + schema());
    Do(worker, "CREATE TABLE own (k int REFERENCES mine)");
    Do(worker, "INSERT INTO own VALUES (1)");
    OnCluster("SET ROLE empties");
    ExpectError("TRUNCATE mine CASCADE", "42501", "own");
    OnCluster("RESET ROLE");
    EXPECT_EQ(Number(worker, "SELECT count(*) FROM own"), 1);
    EXPECT_EQ(Number("SELECT count(*) FROM mine"), 1);
    OnCluster("TRUNCATE mine CASCADE");
    EXPECT_EQ(Number(worker, "SELECT count(*) FROM own"), 0);
    Do(worker, "DROP TABLE own");
    OnCluster("DROP TABLE mine");
    OnCluster("DROP OWNED BY empties");
    OnCluster("DROP ROLE empties");
}

}  // namespace
}  // namespace pgspan::test
