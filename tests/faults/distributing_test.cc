// Proves that create_distributed_table and undistribute_table, cancelled or killed (-9, any one
// process) at random moments while other sessions write, leave a table that is wholly local or
// wholly distributed, with every acknowledged row once, and nothing of an attempt on any node.
// PGSPAN_TEST_SEED repeats a run, PGSPAN_TEST_ROUNDS makes it longer.
#include <sys/types.h>

#include <csignal>
#include <functional>
#include <thread>

#include "tests/faults/bank.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class DistributingTest : public BankTest {
  protected:
    static constexpr int kRows = 100'000;

    void SetUp() override {
        BankTest::SetUp();
        OnCluster("CREATE TABLE kinds (kind int PRIMARY KEY)");
        OnCluster("INSERT INTO kinds SELECT generate_series(0, 9)");
        OnCluster("SELECT create_reference_table('kinds')");
        OnCluster(
            "CREATE TABLE goods (id int PRIMARY KEY, kind int REFERENCES kinds, note text, price "
            "numeric CHECK (price >= 0), twice numeric GENERATED ALWAYS AS (price * 2) STORED)");
        OnCluster("CREATE INDEX goods_by_price ON goods (price)");
        OnCluster("INSERT INTO goods SELECT g, g % 10, 'good ' || g, g FROM generate_series(1, " +
                  std::to_string(kRows) + ") g");
        OnCluster("COMMENT ON TABLE goods IS 'what is sold'");
        const auto start = steady_clock::now();
        OnCluster(Change());
        duration_ = std::chrono::duration_cast<microseconds>(steady_clock::now() - start);
        CheckWhole();
    }

    bool IsDistributed() {
        Session session = OpenCoordinator();
        return Number(session,
                      "SELECT count(*) FROM citus_tables WHERE table_name = 'goods'::regclass") > 0;
    }

    // What turns the table into the other kind.
    std::string Change() {
        return IsDistributed() ? "SELECT undistribute_table('goods')"
                               : "SELECT create_distributed_table('goods', 'id')";
    }

    void Write(std::atomic<bool>& stop, int first) {
        std::optional<Session> session;
        for (int id = first; !stop; ++id) {
            if (!session || !session->open()) {
                session = OpenWhenUp(stop);
                if (!session) return;
            }
            const std::string sql = "INSERT INTO " + schema() + ".goods VALUES (" +
                                    std::to_string(id) + ", 1, 'written', 1)";
            if (session->Run(sql).ok()) acknowledged_.insert(id);
            tried_.insert(id);
        }
    }

    // Interrupts a change at a random moment, while another session writes.
    void Interrupt(const std::function<void(Session&)>& end) {
        std::atomic<bool> stop = false;
        std::thread writer([&, first = next_] { Write(stop, first); });
        next_ += 1'000'000;
        Session session = OpenCoordinator();
        ASSERT_TRUE(session.Send(Change()));
        // The moment itself is what is random here.
        std::this_thread::sleep_for(microseconds(random_() % (duration_.count() * 5 / 4)));
        end(session);
        const Answer answer = session.Wait();
        changed_ += answer.ok() ? 1 : 0;
        interrupted_ += answer.ok() ? 0 : 1;
        stop = true;
        writer.join();
    }

    void CheckWhole() {
        Session session = OpenCoordinator();
        const bool distributed = IsDistributed();
        EXPECT_EQ(Rows(session, "SELECT count(*), count(DISTINCT id) FROM goods WHERE id <= " +
                                    std::to_string(kRows)),
                  std::to_string(kRows) + "|" + std::to_string(kRows));
        std::set<int> present;
        for (const Row& row :
             Do(session, "SELECT id FROM goods WHERE id > " + std::to_string(kRows)).rows) {
            EXPECT_TRUE(present.insert(std::stoi(*row[0])).second) << "twice: " << *row[0];
        }
        for (const int id : acknowledged_) {
            EXPECT_TRUE(present.contains(id)) << "acknowledged and lost: " << id;
        }
        for (const int id : present) EXPECT_TRUE(tried_.contains(id)) << "from nowhere: " << id;
        EXPECT_EQ(Value(session, "SELECT obj_description('goods'::regclass)"), "what is sold");
        ExpectError(session, "INSERT INTO goods VALUES (1, 1, 'again', 1)", "23505");
        ExpectError(session, "INSERT INTO goods VALUES (-1, 77, 'of no kind', 1)", "23503");
        ExpectError(session, "INSERT INTO goods VALUES (-1, 1, 'below nothing', -1)", "23514");
        for (const Node& node : nodes_) {
            Session of_node = OpenNode(node);
            // (A shard's index has the name of its container's index with a number behind it.)
            const long relations =
                Number(of_node,
                       "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = "
                       "relnamespace WHERE nspname = '" +
                           schema() + "' AND relname LIKE 'goods%'");
            const long expected_when_local = node.coordinator ? 3 : 0;
            if (distributed)
                EXPECT_GT(relations, node.coordinator ? 2 : 0) << node.port;
            else
                EXPECT_EQ(relations, expected_when_local) << node.port;
        }
    }

    // Rounds of an interrupted change in both directions; some have to hit it, or the test proves
    // nothing.
    void Rounds(const std::function<void(Session&)>& end) {
        const long rounds = FromEnvironment("PGSPAN_TEST_ROUNDS", 2);
        for (long round = 0; round < rounds && !HasFailure(); ++round) {
            Interrupt(end);
            CloseCluster();
            BringBack();
            Recover();
            CheckWhole();
            // Both directions are tried, whatever came of the last one.
            if (round % 2 == (IsDistributed() ? 0 : 1)) {
                Session session = OpenCoordinator();
                Do(session, Change());
                CheckWhole();
            }
        }
        std::printf("%d changes interrupted, %d ended before that; %zu rows written meanwhile\n",
                    interrupted_, changed_, acknowledged_.size());
        EXPECT_EQ(interrupted_ + changed_, rounds);
    }

    static void Kill(int pid) {
        if (pid > 1) kill(pid, SIGKILL);
    }

    microseconds duration_{};
    int next_ = 1'000'000;
    int interrupted_ = 0;
    int changed_ = 0;
    std::set<int> acknowledged_;
    std::set<int> tried_;
};

TEST_F(DistributingTest, CancellingLeavesItWhole) {
    Rounds([](Session& session) { EXPECT_TRUE(session.Cancel()); });
}

TEST_F(DistributingTest, KillingTheSessionLeavesItWhole) {
    Rounds([](Session& session) { Kill(session.backend_pid()); });
}

TEST_F(DistributingTest, KillingAWorkersBackendLeavesItWhole) {
    Rounds([this](Session&) { Kill(SomeProcess(nodes_[1 + random_() % 2], "'client backend'")); });
}

TEST_F(DistributingTest, KillingAWorkerLeavesItWhole) {
    Rounds([this](Session&) { Kill(Postmaster(1 + random_() % 2)); });
}

TEST_F(DistributingTest, KillingTheCoordinatorLeavesItWhole) {
    Rounds([this](Session&) { Kill(Postmaster(0)); });
}

}  // namespace
}  // namespace pgspan::test
