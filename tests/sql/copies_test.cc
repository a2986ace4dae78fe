// Proves that the copies of a reference table may hold their rows in different orders without its
// being seen: what depends on the order is computed once, not on each node.
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
        Session worker = OpenOrDie(Workers().at(0).conninfo +
                                   " options='-c "
                                   "pgspan.internal_session=0'");
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

}  // namespace
}  // namespace pgspan::test
