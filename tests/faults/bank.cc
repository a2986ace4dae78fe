#include "tests/faults/bank.h"

#include <sys/types.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/harness/wait.h"

namespace pgspan::test {

using std::chrono::seconds;

long FromEnvironment(const char* name, long otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtol(value, nullptr, 10);
}

void BankTest::SetUp() {
    ClusterTest::SetUp();
    nodes_ = Nodes();
    ASSERT_EQ(nodes_.size(), 3U);
    seed_ = static_cast<unsigned>(
        FromEnvironment("PGSPAN_TEST_SEED", static_cast<long>(std::random_device()())));
    std::printf("PGSPAN_TEST_SEED=%u\n", seed_);
    random_.seed(seed_);
    OnCluster("CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)");
    OnCluster("CREATE TABLE halves (account int, transfer int, amount int)");
    OnCluster("CREATE TABLE notes (transfer int)");
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

void BankTest::TearDown() {
    BringBack();
    ClusterTest::TearDown();
}

bool BankTest::Transfer(Session& session, int transfer, std::mt19937& random) {
    constexpr Form kForms[] = {Form::kBlock, Form::kBlockWithNote, Form::kOneStatement};
    return Transfer(session, transfer, random, kForms[random() % std::size(kForms)]);
}

bool BankTest::Transfer(Session& session, int transfer, std::mt19937& random, Form form) {
    const std::string from = std::to_string(on_first_[random() % on_first_.size()]);
    const std::string to = std::to_string(on_second_[random() % on_second_.size()]);
    if (form == Form::kOneStatement) {
        const std::string number = std::to_string(transfer);
        return session
            .Run("INSERT INTO " + schema() + ".halves VALUES (" + from + ", " + number + ", 0), (" +
                 to + ", " + number + ", 0)")
            .ok();
    }
    std::vector<std::string> statements = {"BEGIN"};
    if (form == Form::kBlockWithNote) {
        statements.push_back("INSERT INTO " + schema() + ".notes VALUES (" +
                             std::to_string(transfer) + ")");
    }
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

std::optional<Session> BankTest::OpenWhenUp(const std::atomic<bool>& stop) {
    std::optional<Session> session;
    (void)Eventually(kRestart, [&] {
        Result<Session> opened = Session::Open(ClusterConninfo());
        if (opened) session.emplace(std::move(*opened));
        return session || stop;
    });
    return session;
}

void BankTest::TransferLoop(unsigned seed, int first, std::atomic<bool>& stop,
                            std::set<int>& committed) {
    std::mt19937 random(seed);
    std::optional<Session> session;
    for (int transfer = first; !stop; ++transfer) {
        if (!session || !session->open()) {
            session = OpenWhenUp(stop);
            if (!session) continue;
        }
        if (Transfer(*session, transfer, random)) committed.insert(transfer);
    }
}

void BankTest::BringBack() {
    std::string output;
    // A server that was killed a moment ago may still look alive to the one who is to start it.
    ASSERT_TRUE(Eventually(kRestart,
                           [&] {
                               output.clear();
                               return Pgspan("start", &output) == 0 && EveryNodeAnswers();
                           }))
        << "not every node answers; pgspan start says: " << output;
    ASSERT_TRUE(Eventually(kRestart, [&] {
        Result<Session> session = Session::Open(ClusterConninfo());
        return session.ok() && session->Run("SELECT count(*) FROM " + schema() + ".accounts").ok();
    })) << "the cluster does not answer";
}

bool BankTest::EveryNodeAnswers() {
    return std::all_of(nodes_.begin(), nodes_.end(), [](const Node& node) {
        Result<Session> session = Session::Open(node.conninfo);
        return session.ok() && session->Run("SELECT 1").ok();
    });
}

std::string BankTest::Prepared() {
    std::string gids;
    for (const Node& node : nodes_) {
        Session session = OpenNode(node);
        gids += Scalar(session, "SELECT coalesce(string_agg(gid, ' '), '') FROM pg_prepared_xacts");
    }
    return gids;
}

void BankTest::Recover() {
    std::string left;
    ASSERT_TRUE(Eventually(seconds(60),
                           [&] {
                               Result<Session> session = Session::Open(ClusterConninfo());
                               if (!session.ok() ||
                                   !session->Run("SELECT recover_prepared_transactions()").ok()) {
                                   return false;
                               }
                               left = Prepared();
                               return left.empty();
                           }))
        << "still prepared: " << left;
}

void BankTest::CheckNothingHalfDone(const std::set<int>& committed) {
    Session session = OpenCoordinator();
    EXPECT_EQ(Value(session, "SELECT sum(balance) FROM accounts"),
              std::to_string(kAccounts * kBalance));
    EXPECT_EQ(Rows(session,
                   "SELECT transfer, count(*), sum(amount) FROM halves GROUP BY transfer "
                   "HAVING count(*) <> 2 OR sum(amount) <> 0"),
              "");
    EXPECT_EQ(Rows(session,
                   "SELECT transfer FROM notes WHERE transfer NOT IN (SELECT transfer FROM "
                   "halves)"),
              "");
    EXPECT_EQ(
        Rows(session, "SELECT id, balance FROM accounts a WHERE balance <> " +
                          std::to_string(kBalance) +
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

int BankTest::OneOf(const Node& node, const std::string& processes) {
    Result<Session> session = Session::Open(node.conninfo);
    if (!session) return 0;
    const Answer answer = session->Run(
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND " + processes);
    if (!answer.ok() || answer.rows.empty()) return 0;
    return std::stoi(*answer.rows[random_() % answer.rows.size()][0]);
}

int BankTest::SomeBackend(const Node& node) {
    return OneOf(node,
                 "backend_type = 'client backend' AND (query LIKE '%halves%' OR query LIKE "
                 "'%accounts%' OR query LIKE '%PREPARED%' OR query LIKE '%PREPARE TRANSACTION%' OR "
                 "query IN ('BEGIN', 'COMMIT'))");
}

int BankTest::SomeProcess(const Node& node, const std::string& backend_types) {
    return OneOf(node, "backend_type IN (" + backend_types + ")");
}

int BankTest::Postmaster(size_t node) {
    std::ifstream file(data_folder_[node] + "/postmaster.pid");
    int pid = 0;
    file >> pid;
    return pid;
}

}  // namespace pgspan::test
