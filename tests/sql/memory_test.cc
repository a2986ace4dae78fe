// Proves that 10,000 failing statements in one session leave the memory of its backend, and of the
// backends on the workers that serve it, flat.
#include "tests/harness/cluster_test.h"

#include <map>

namespace pgspan::test {
namespace {

constexpr int kStatements = 10'000;
constexpr int kWarmUp = 2'000;
// 8,000 statements that lose 100 bytes each would show; what malloc and caches keep does not.
constexpr long kGrowthMaxKb = 768;

class MemoryTest : public ClusterTest {
  protected:
    // The backends that work for a session: its own, and those on the workers that know it.
    std::map<int, long> Measure(const std::vector<int>& pids) {
        std::map<int, long> memory;
        for (const int pid : pids) {
            memory[pid] = PrivateMemoryKb(pid);
            EXPECT_GT(memory[pid], 0) << "no memory figure of process " << pid;
        }
        return memory;
    }

    std::vector<int> BackendsOfOneSession() {
        std::vector<int> pids = {cluster().backend_pid()};
        OnCluster("BEGIN");
        OnCluster("UPDATE t SET v = v");  // opens a transaction on every worker
        for (const Node& node : Workers()) {
            Session session = OpenNode(node);
            for (const Row& row :
                 Do(session,
                    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND "
                    "state = 'idle in transaction'")
                     .rows) {
                pids.push_back(std::stoi(*row[0]));
            }
        }
        OnCluster("ROLLBACK");
        EXPECT_EQ(pids.size(), 3U) << "the coordinator's backend and one on each worker";
        return pids;
    }
};

TEST_F(MemoryTest, TenThousandFailingStatementsLeaveMemoryFlat) {
    OnCluster("CREATE TABLE t (k int PRIMARY KEY, v int CHECK (v < 100000), s text)");
    OnCluster("CREATE TABLE r (k int PRIMARY KEY)");
    OnCluster("SELECT create_distributed_table('t', 'k')");
    OnCluster("SELECT create_reference_table('r')");
    OnCluster("INSERT INTO t SELECT g, g, 's' || g FROM generate_series(1, 200) g");
    OnCluster("INSERT INTO r VALUES (1)");
    const std::vector<std::pair<std::string, std::string>> failing = {
        {"INSERT INTO t VALUES (5, 1, 'dup')", "23505"},
        {"INSERT INTO t SELECT g, g FROM generate_series(150, 250) g", "23505"},
        {"INSERT INTO t VALUES (1000, 1000000)", "23514"},
        {"SELECT 1 / (v - 7) FROM t", "22012"},
        {"SELECT sum(1 / (v - 7)) FROM t GROUP BY k % 3", "22012"},
        {"SELECT 1 / (v - 7) FROM t WHERE k = 7", "22012"},
        {"SELECT s::int FROM t WHERE k = 7", "22P02"},
        {"SELECT nope FROM t", "42703"},
        {"UPDATE t SET v = 1 / (v - 9)", "22012"},
        {"UPDATE t SET v = 1000000 WHERE k = 3", "23514"},
        {"DELETE FROM t WHERE 1 / (v - 9) > 5", "22012"},
        {"INSERT INTO r VALUES (1)", "23505"},
        {"SELECT a.v / (b.v - 9) FROM t a JOIN t b USING (k)", "22012"},
        {"COPY t FROM STDIN", "22P02"},
    };
    const std::vector<int> pids = BackendsOfOneSession();
    std::map<int, long> before;
    for (int i = 0; i < kStatements; ++i) {
        const auto& [sql, sqlstate] = failing[static_cast<size_t>(i) % failing.size()];
        const Answer answer = cluster().Run(sql, "1\tnot a number\tx\n");
        ASSERT_EQ(answer.sqlstate, sqlstate) << sql << "\n" << Describe(answer, 1);
        if (i == kWarmUp) before = Measure(pids);
    }
    for (const auto& [pid, kb] : Measure(pids)) {
        EXPECT_LE(kb - before[pid], kGrowthMaxKb)
            << (pid == pids[0] ? "the coordinator's backend" : "a worker's backend")
            << " grew from " << before[pid] << " kB to " << kb << " kB";
    }
}

}  // namespace
}  // namespace pgspan::test
