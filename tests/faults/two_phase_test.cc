// Proves that kill -9 of any one process, at random moments of a loop of two-node transactions and
// at each chosen point of a two-phase commit, never leaves a transaction half committed, and never
// loses one that was acknowledged. PGSPAN_TEST_SEED repeats a run, PGSPAN_TEST_ROUNDS makes it
// longer.
#include <csignal>
#include <sys/types.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "tests/harness/cluster_test.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kAccounts = 40;
constexpr int kBalance = 1000;
constexpr milliseconds kRestart{90'000};

long FromEnvironment(const char* name, long otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtol(value, nullptr, 10);
}

class TwoPhaseTest : public ClusterTest {
  protected:
    void SetUp() override {
        ClusterTest::SetUp();
        nodes_ = Nodes();
        ASSERT_EQ(nodes_.size(), 3U);
        seed_ = static_cast<unsigned>(
            FromEnvironment("PGSPAN_TEST_SEED", static_cast<long>(std::random_device()())));
        std::printf("PGSPAN_TEST_SEED=%u\n", seed_);
        random_.seed(seed_);
        OnCluster("CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)");
        OnCluster("CREATE TABLE halves (account int, transfer int, amount int)");
        OnCluster("SELECT create_distributed_table('accounts', 'id')");
        OnCluster(
            "SELECT create_distributed_table('halves', 'account', colocate_with => "
            "'accounts')");
        OnCluster("INSERT INTO accounts SELECT g, " + std::to_string(kBalance) +
                  " FROM generate_series(1, " + std::to_string(kAccounts) + ") g");
        for (int id = 1; id <= kAccounts; ++id) {
            const int port =
                static_cast<int>(Number("SELECT nodeport FROM citus_shards WHERE shardid = "
                                        "get_shard_id_for_distribution_column('accounts', " +
                                        std::to_string(id) + ")"));
            (port == nodes_[1].port ? on_first_ : on_second_).push_back(id);
        }
        ASSERT_FALSE(on_first_.empty());
        ASSERT_FALSE(on_second_.empty());
        data_folder_.clear();
        for (const Node& node : nodes_) {
            Session session = OpenNode(node);
            data_folder_.push_back(Scalar(session, "SHOW data_directory"));
        }
    }

    void TearDown() override {
        BringBack();
        ClusterTest::TearDown();
    }

    // One transfer between the nodes; true when its COMMIT was acknowledged.
    bool Transfer(Session& session, int transfer, std::mt19937& random) {
        const std::string from = std::to_string(on_first_[random() % on_first_.size()]);
        const std::string to = std::to_string(on_second_[random() % on_second_.size()]);
        std::vector<std::string> statements = {"BEGIN"};
        for (const auto& [account, amount] : {std::pair{from, "-1"}, std::pair{to, "1"}}) {
            std::ostringstream update;
            update << "UPDATE " << schema() << ".accounts SET balance = balance + (" << amount
                   << ") WHERE id = " << account;
            std::ostringstream half;
            half << "INSERT INTO " << schema() << ".halves VALUES (" << account << ", " << transfer
                 << ", " << amount << ")";
            statements.push_back(update.str());
            statements.push_back(half.str());
        }
        for (const std::string& sql : statements) {
            if (!session.Run(sql).ok()) {
                session.Run("ROLLBACK");
                return false;
            }
        }
        const Answer commit = session.Run("COMMIT");
        return commit.ok() && commit.tag == "COMMIT";
    }

    // Transfers in a session of their own until told to stop; sessions that break are replaced.
    void TransferLoop(unsigned seed, int first, std::atomic<bool>& stop, std::set<int>& committed) {
        std::mt19937 random(seed);
        std::optional<Session> session;
        for (int transfer = first; !stop; ++transfer) {
            if (!session || !session->open()) {
                Result<Session> opened = Session::Open(ClusterConninfo());
                if (!opened) {
                    std::this_thread::sleep_for(milliseconds(20));  // the server is starting
                    continue;
                }
                session.emplace(std::move(*opened));
            }
            if (Transfer(*session, transfer, random)) committed.insert(transfer);
        }
    }

    // Starts whatever is down, waits until every node answers.
    void BringBack() {
        std::string output;
        ASSERT_TRUE(Eventually(kRestart, [&] {
            output.clear();
            return Pgspan("start", &output) == 0;
        })) << output;
        for (const Node& node : nodes_) {
            ASSERT_TRUE(Eventually(kRestart,
                                   [&] {
                                       Result<Session> session = Session::Open(node.conninfo);
                                       return session.ok() && session->Run("SELECT 1").ok();
                                   }))
                << "port " << node.port << " does not answer";
        }
        ASSERT_TRUE(Eventually(kRestart, [&] {
            Result<Session> session = Session::Open(ClusterConninfo());
            return session.ok() &&
                   session->Run("SELECT count(*) FROM " + schema() + ".accounts").ok();
        })) << "the cluster does not answer";
    }

    // Runs recovery until no prepared transaction is left anywhere.
    void Recover() {
        std::string left;
        ASSERT_TRUE(Eventually(
            seconds(60),
            [&] {
                Result<Session> session = Session::Open(ClusterConninfo());
                if (!session.ok() || !session->Run("SELECT recover_prepared_transactions()").ok()) {
                    return false;
                }
                left.clear();
                for (const Node& node : nodes_) {
                    Session of_node = OpenNode(node);
                    left += Scalar(of_node,
                                   "SELECT coalesce(string_agg(gid, ' '), '') FROM "
                                   "pg_prepared_xacts");
                }
                return left.empty();
            }))
            << "still prepared: " << left;
    }

    // All halves or none of each transfer; every acknowledged one is there; no money made or lost.
    void CheckNothingHalfDone(const std::set<int>& committed) {
        Session session = OpenCoordinator();
        EXPECT_EQ(Value(session, "SELECT sum(balance) FROM accounts"),
                  std::to_string(kAccounts * kBalance));
        EXPECT_EQ(Rows(session,
                       "SELECT transfer, count(*), sum(amount) FROM halves GROUP BY transfer "
                       "HAVING count(*) <> 2 OR sum(amount) <> 0"),
                  "");
        EXPECT_EQ(
            Rows(session,
                 "SELECT id, balance FROM accounts a WHERE balance <> " + std::to_string(kBalance) +
                     " + coalesce((SELECT sum(amount) FROM halves h WHERE h.account = a.id), "
                     "0)"),
            "");
        std::set<int> present;
        for (const Row& row : Do(session, "SELECT DISTINCT transfer FROM halves").rows) {
            present.insert(std::stoi(*row[0]));
        }
        for (const int transfer : committed) {
            EXPECT_TRUE(present.contains(transfer)) << "acknowledged and lost: " << transfer;
        }
    }

    // A process of a node chosen at random among client backends of the transfers; 0 when there is
    // none now.
    int SomeBackend(const Node& node) {
        Result<Session> session = Session::Open(node.conninfo);
        if (!session) return 0;
        const Answer answer = session->Run(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
            "pg_backend_pid() AND (query LIKE '%halves%' OR query LIKE '%accounts%' OR query LIKE "
            "'%PREPARED%' OR query LIKE '%PREPARE TRANSACTION%' OR query IN ('BEGIN', 'COMMIT'))");
        if (!answer.ok() || answer.rows.empty()) return 0;
        return std::stoi(*answer.rows[random_() % answer.rows.size()][0]);
    }

    int Postmaster(size_t node) {
        std::ifstream file(data_folder_[node] + "/postmaster.pid");
        int pid = 0;
        file >> pid;
        return pid;
    }

    // Rounds of: transfers in two sessions, a kill at a random moment, restart, recovery, check.
    void KillRounds(const std::function<int()>& choose_victim) {
        const long rounds = FromEnvironment("PGSPAN_TEST_ROUNDS", 4);
        std::set<int> committed;
        int killed = 0;
        for (int round = 0; round < rounds && !HasFatalFailure(); ++round) {
            std::atomic<bool> stop = false;
            std::set<int> by_session[2];
            std::vector<std::thread> sessions;
            sessions.reserve(2);
            for (int i = 0; i < 2; ++i) {
                sessions.emplace_back([&, i] {
                    TransferLoop(seed_ + static_cast<unsigned>(round * 2 + i),
                                 (round * 2 + i) * 1'000'000, stop, by_session[i]);
                });
            }
            // The moment itself is what is random here.
            std::this_thread::sleep_for(milliseconds(50 + random_() % 400));
            int pid = 0;
            EXPECT_TRUE(Eventually(seconds(10), [&] { return (pid = choose_victim()) > 1; }));
            if (pid > 1 && kill(pid, SIGKILL) == 0) ++killed;
            std::this_thread::sleep_for(milliseconds(random_() % 300));
            stop = true;
            for (std::thread& session : sessions) session.join();
            for (const std::set<int>& some : by_session) committed.insert(some.begin(), some.end());
            BringBack();
            Recover();
            CheckNothingHalfDone(committed);
        }
        EXPECT_EQ(killed, rounds);
        EXPECT_GT(committed.size(), 10U) << "hardly anything was committed: this proves little";
        std::printf("%zu transfers acknowledged, %d processes killed\n", committed.size(), killed);
    }

    std::vector<Node> nodes_;
    std::vector<std::string> data_folder_;
    std::vector<int> on_first_;
    std::vector<int> on_second_;
    unsigned seed_ = 0;
    std::mt19937 random_;
};

TEST_F(TwoPhaseTest, KillingAWorkersBackendLeavesNothingHalfDone) {
    KillRounds([&] { return SomeBackend(nodes_[1 + random_() % 2]); });
}

TEST_F(TwoPhaseTest, KillingAWorkerLeavesNothingHalfDone) {
    KillRounds([&] { return Postmaster(1 + random_() % 2); });
}

TEST_F(TwoPhaseTest, KillingACoordinatorsBackendLeavesNothingHalfDone) {
    KillRounds([&] { return SomeBackend(nodes_[0]); });
}

TEST_F(TwoPhaseTest, KillingTheCoordinatorLeavesNothingHalfDone) {
    KillRounds([&] { return Postmaster(0); });
}

struct FaultPoint {
    const char* name;
    bool commits;  // the decision has been taken when the backend dies
};

void PrintTo(const FaultPoint& point, std::ostream* out) {
    *out << point.name;
}

class FaultPointTest : public TwoPhaseTest, public ::testing::WithParamInterface<FaultPoint> {};

TEST_P(FaultPointTest, ACrashThereCommitsBothHalvesOrNone) {
    const FaultPoint& point = GetParam();
    std::mt19937 random(seed_);
    Session session = OpenCoordinator();
    ASSERT_TRUE(Transfer(session, 1, random));
    Do(session, std::string("SET pgspan.fault_point = '") + point.name + "'");
    EXPECT_FALSE(Transfer(session, 2, random));
    EXPECT_FALSE(session.open()) << "nothing died at " << point.name;
    CloseCluster();
    BringBack();
    Recover();
    CheckNothingHalfDone({1});
    Session after = OpenCoordinator();
    EXPECT_EQ(Number(after, "SELECT count(*) FROM halves WHERE transfer = 2"),
              point.commits ? 2 : 0);
    EXPECT_TRUE(Transfer(after, 3, random));
    CheckNothingHalfDone({1, 3});
}

TEST_P(FaultPointTest, TheMaintenanceWorkerFinishesByItself) {
    std::mt19937 random(seed_);
    Session session = OpenCoordinator();
    Do(session, std::string("SET pgspan.fault_point = '") + GetParam().name + "'");
    EXPECT_FALSE(Transfer(session, 1, random));
    CloseCluster();
    BringBack();
    for (const Node& node : nodes_) {
        EXPECT_TRUE(Eventually(kRestart,
                               [&] {
                                   Session of_node = OpenNode(node);
                                   return Scalar(of_node,
                                                 "SELECT count(*) FROM pg_prepared_xacts") == "0";
                               }))
            << "prepared transactions stay on port " << node.port;
    }
    CheckNothingHalfDone({});
}

INSTANTIATE_TEST_SUITE_P(
    Points, FaultPointTest,
    ::testing::Values(FaultPoint{"before_prepare", false}, FaultPoint{"after_prepare_one", false},
                      FaultPoint{"after_prepare", false}, FaultPoint{"before_local_commit", false},
                      FaultPoint{"after_local_commit", true},
                      FaultPoint{"after_commit_prepared_one", true}),
    [](const ::testing::TestParamInfo<FaultPoint>& info) { return std::string(info.param.name); });

TEST_F(TwoPhaseTest, ACrashBeforeTheOneRemoteCommitLosesAllOfIt) {
    Session session = OpenCoordinator();
    const std::string id = std::to_string(on_first_[0]);
    Do(session, "SET pgspan.fault_point = 'before_remote_commit'");
    Do(session, "BEGIN");
    Do(session, "UPDATE accounts SET balance = 0 WHERE id = " + id);
    EXPECT_FALSE(session.Run("COMMIT").ok());
    EXPECT_FALSE(session.open());
    CloseCluster();
    BringBack();
    Recover();
    CheckNothingHalfDone({});
}

}  // namespace
}  // namespace pgspan::test
