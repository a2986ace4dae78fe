// Proves that many sessions that write on several nodes, in every way in which a transaction can
// end, leave nothing half committed, nothing lost and nothing prepared, while processes of all
// kinds are killed beside them, and with nobody but the maintenance worker to finish what was
// interrupted.
//
// PGSPAN_TEST_SECONDS is how long it runs (8 unless given); PGSPAN_TEST_SEED repeats its choices.
#include <sys/types.h>

#include <csignal>
#include <map>
#include <sstream>
#include <thread>

#include "tests/faults/bank.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kSessions = 6;
constexpr int kKindCount = 5;

// What one session has been told of its transactions.
struct Acknowledged {
    std::set<int> transfers;  // with two halves in `halves`
    std::set<int> pairs;      // with two rows in `pairs`
    std::set<int> entries;    // with a row on every node, and one of a local table
    int pot_rounds_least = 0;
    int pot_rounds_most = 0;  // of some nobody knows
};

class BankStressTest : public BankTest {
  protected:
    void SetUp() override {
        BankTest::SetUp();
        if (HasFatalFailure()) return;
        // By one statement over both nodes, without BEGIN.
        OnCluster("CREATE TABLE pairs (account int, number int)");
        OnCluster(
            "SELECT create_distributed_table('pairs', 'account', colocate_with => 'accounts')");
        OnCluster("CREATE TABLE pots (account int, owner int, rounds int)");
        OnCluster(
            "SELECT create_distributed_table('pots', 'account', colocate_with => 'accounts')");
        OnCluster(
            "INSERT INTO pots SELECT a, o, 0 FROM generate_series(1, 40) a, "
            "generate_series(0, " +
            std::to_string(kSessions - 1) + ") o");
        // On all nodes, and on the coordinator alone.
        OnCluster("CREATE TABLE entries (number int PRIMARY KEY)");
        OnCluster("SELECT create_reference_table('entries')");
        OnCluster("CREATE TABLE here (number int PRIMARY KEY)");
    }

    bool RunAll(Session& session, const std::vector<std::string>& statements) {
        Answer answer;
        for (const std::string& sql : statements) {
            answer = session.Run(sql);
            if (answer.ok()) continue;
            session.Run("ROLLBACK");
            return false;
        }
        return answer.tag != "ROLLBACK";
    }

    std::string Pair(int number, std::mt19937& random) {
        std::ostringstream sql;
        sql << "INSERT INTO " << schema() << ".pairs VALUES ("
            << on_first_[random() % on_first_.size()] << ", " << number << "), ("
            << on_second_[random() % on_second_.size()] << ", " << number << ")";
        return sql.str();
    }

    bool Entry(Session& session, int number) {
        const std::string value = "VALUES (" + std::to_string(number) + ")";
        return RunAll(session, {"BEGIN", "INSERT INTO " + schema() + ".here " + value,
                                "INSERT INTO " + schema() + ".entries " + value, "COMMIT"});
    }

    // What is undone by a savepoint is on the first node, so that only the second one commits, or
    // both do.
    bool PairWithSavepoint(Session& session, int number, std::mt19937& random) {
        std::vector<std::string> statements = {"BEGIN"};
        if (random() % 2 == 0) statements.push_back(Pair(number, random));
        statements.insert(statements.end(),
                          {"SAVEPOINT s", Pair(-number, random), "ROLLBACK TO s"});
        if (statements.size() == 4) statements.push_back(Pair(number, random));
        statements.emplace_back("COMMIT");
        return RunAll(session, statements);
    }

    bool Pots(Session& session, int owner) {
        return RunAll(session,
                      {"UPDATE " + schema() +
                       ".pots SET rounds = rounds + 1 WHERE owner = " + std::to_string(owner)});
    }

    void Once(Session& session, int owner, int number, std::mt19937& random, Acknowledged& known) {
        switch (random() % kKindCount) {
        case 0:
            if (Transfer(session, number, random)) known.transfers.insert(number);
            break;
        case 1:
            if (RunAll(session, {Pair(number, random)})) known.pairs.insert(number);
            break;
        case 2:
            if (PairWithSavepoint(session, number, random)) known.pairs.insert(number);
            break;
        case 3:
            known.pot_rounds_most++;
            if (Pots(session, owner)) known.pot_rounds_least++;
            break;
        default:
            if (Entry(session, number)) known.entries.insert(number);
        }
    }

    void Loop(int owner, std::atomic<bool>& stop, int* next, Acknowledged& known) {
        std::mt19937 random(seed_ + static_cast<unsigned>(*next));
        std::optional<Session> session;
        while (!stop) {
            if (!session || !session->open()) {
                session = OpenWhenUp(stop);
                if (!session) continue;
                // A session that died may be prepared, and hold its locks, until the maintenance
                // worker comes.
                session->Run("SET lock_timeout = '1s'");
            }
            Once(*session, owner, (*next)++, random, known);
        }
    }

    // One process of any kind; returns what it was, or "" if there is none now.
    std::string KillSomething() {
        const size_t node = random_() % nodes_.size();
        const std::string on = " of port " + std::to_string(nodes_[node].port);
        int pid = 0;
        std::string what;
        switch (random_() % 5) {
        case 0:
            what = "postmaster";
            pid = Postmaster(node);
            break;
        case 1:
            what = "maintenance";
            pid = SomeProcess(nodes_[node], "'pgspan maintenance', 'pgspan maintenance launcher'");
            break;
        case 2:
            what = "background process";
            pid = SomeProcess(nodes_[node],
                              "'checkpointer', 'walwriter', 'background writer', 'autovacuum "
                              "launcher'");
            break;
        default:
            what = "backend";
            pid = SomeBackend(nodes_[node]);
        }
        if (pid <= 1 || kill(pid, SIGKILL) != 0) return "";
        return what + on;
    }

    // Sessions write and processes die, until this round's end; then all is brought back.
    void Round(steady_clock::time_point end) {
        std::atomic<bool> stop = false;
        std::vector<std::thread> sessions;
        sessions.reserve(kSessions);
        for (int i = 0; i < kSessions; ++i)
            sessions.emplace_back([&, i] { Loop(i, stop, &next_[i], known_[i]); });
        while (steady_clock::now() < end && !HasFatalFailure()) {
            // The moment itself is what is random here.
            std::this_thread::sleep_for(milliseconds(20 + random_() % 600));
            const std::string killed = KillSomething();
            if (killed.empty()) continue;
            kills_[killed]++;
            if (random_() % 2 == 0) BringBack();
        }
        std::this_thread::sleep_for(milliseconds(random_() % 300));
        stop = true;
        for (std::thread& session : sessions) session.join();
        BringBack();
    }

    void WaitForMaintenance() {
        std::string left;
        ASSERT_TRUE(Eventually(seconds(60),
                               [&] {
                                   left = Prepared();
                                   return left.empty();
                               }))
            << "the maintenance worker leaves prepared: " << left;
    }

    void CheckAll() {
        std::set<int> transfers;
        Session session = OpenCoordinator();
        const std::set<int> pairs = Numbers(session, "SELECT number FROM pairs GROUP BY number");
        EXPECT_EQ(Rows(session,
                       "SELECT number, count(*) FROM pairs GROUP BY number HAVING count(*) <> 2 OR "
                       "number < 0"),
                  "");
        EXPECT_EQ(Rows(session,
                       "SELECT owner, min(rounds), max(rounds) FROM pots GROUP BY owner HAVING "
                       "min(rounds) <> max(rounds)"),
                  "");
        const std::set<int> entries = Numbers(session, "SELECT number FROM here");
        for (const Node& node : nodes_) {
            Session of_node = OpenNode(node);
            EXPECT_EQ(Numbers(of_node, "SELECT number FROM " + schema() + ".entries"), entries)
                << "port " << node.port;
        }
        for (int i = 0; i < kSessions; ++i) {
            const Acknowledged& known = known_[i];
            transfers.insert(known.transfers.begin(), known.transfers.end());
            for (const int number : known.pairs)
                EXPECT_TRUE(pairs.contains(number)) << "acknowledged and lost: " << number;
            for (const int number : known.entries)
                EXPECT_TRUE(entries.contains(number)) << "acknowledged and lost: " << number;
            const long rounds =
                Number(session, "SELECT max(rounds) FROM pots WHERE owner = " + std::to_string(i));
            EXPECT_GE(rounds, known.pot_rounds_least);
            EXPECT_LE(rounds, known.pot_rounds_most);
        }
        CheckNothingHalfDone(transfers);
    }

    std::set<int> Numbers(Session& session, const std::string& sql) {
        std::set<int> numbers;
        for (const Row& row : Do(session, sql).rows) numbers.insert(std::stoi(*row[0]));
        return numbers;
    }

    void Report(long duration_s) {
        size_t acknowledged = 0;
        for (const Acknowledged& known : known_)
            acknowledged += known.transfers.size() + known.pairs.size() + known.entries.size() +
                            static_cast<size_t>(known.pot_rounds_least);
        long tried = 0;
        for (int i = 0; i < kSessions; ++i) tried += next_[i] - FirstOf(i);
        long killed = 0;
        for (const auto& [what, count] : kills_) {
            std::printf("killed %ld x %s\n", count, what.c_str());
            killed += count;
        }
        std::printf("%ld transactions tried, %zu acknowledged, %ld kills in %ld s\n", tried,
                    acknowledged, killed, duration_s);
        EXPECT_GT(acknowledged, 20U) << "hardly anything was committed: this proves little";
        EXPECT_GT(killed, 0);
    }

    static int FirstOf(int session) { return 1 + session * 100'000'000; }

    Acknowledged known_[kSessions];
    int next_[kSessions] = {};
    std::map<std::string, long> kills_;
};

TEST_F(BankStressTest, NothingIsHalfCommittedLostOrLeftPreparedWhateverIsKilled) {
    const long duration_s = FromEnvironment("PGSPAN_TEST_SECONDS", 8);
    const auto end = steady_clock::now() + seconds(duration_s);
    for (int i = 0; i < kSessions; ++i) next_[i] = FirstOf(i);
    while (steady_clock::now() < end && !HasFailure()) {
        Round(std::min(end, steady_clock::now() + seconds(4 + random_() % 12)));
        if (HasFatalFailure()) return;
        WaitForMaintenance();
        CheckAll();
    }
    Report(duration_s);
}

}  // namespace
}  // namespace pgspan::test
