// The fixture of tests that kill processes: a bank whose accounts lie on two nodes, transfers
// between them, and what must be true of it whatever has died. The end of a test brings every node
// back. PGSPAN_TEST_SEED repeats a run.
#pragma once

#include <atomic>
#include <optional>
#include <random>
#include <set>

#include "tests/harness/cluster_test.h"

namespace pgspan::test {

// A number from the environment.
long FromEnvironment(const char* name, long otherwise);

class BankTest : public ClusterTest {
  public:
    // A transaction block that moves money; the same with a note in a table of the coordinator; a
    // single statement that notes a transfer of nothing. Different nodes decide over them, and
    // prepare them at different moments.
    enum class Form { kBlock, kBlockWithNote, kOneStatement };

  protected:
    static constexpr int kAccounts = 40;
    static constexpr int kBalance = 1000;
    static constexpr std::chrono::milliseconds kRestart{90'000};

    void SetUp() override;
    void TearDown() override;

    // One transfer between the nodes; true when its commit was acknowledged.
    bool Transfer(Session& session, int transfer, std::mt19937& random, Form form);
    // The same in a form chosen at random.
    bool Transfer(Session& session, int transfer, std::mt19937& random);
    // Transfers in a session of their own until told to stop; sessions that break are replaced.
    void TransferLoop(unsigned seed, int first, std::atomic<bool>& stop, std::set<int>& committed);

    // A session on the coordinator once it can be had; nothing when told to stop before that.
    static std::optional<Session> OpenWhenUp(const std::atomic<bool>& stop);

    // Starts whatever is down, waits until every node answers.
    void BringBack();
    // Runs recovery until no prepared transaction is left anywhere.
    void Recover();
    // The gids of what is prepared on any node. Precondition: every node answers.
    std::string Prepared();

    // All halves or none of each transfer; every acknowledged one is there; no money made or lost.
    void CheckNothingHalfDone(const std::set<int>& committed);

    // The pid of a client backend of the transfers, chosen at random; 0 when there is none now.
    int SomeBackend(const Node& node);
    // The pid of a process of these types, chosen at random; 0 when there is none now.
    int SomeProcess(const Node& node, const std::string& backend_types);
    int Postmaster(size_t node);

    std::vector<Node> nodes_;
    std::vector<std::string> data_folder_;
    std::vector<int> on_first_;
    std::vector<int> on_second_;
    unsigned seed_ = 0;
    std::mt19937 random_;

  private:
    bool EveryNodeAnswers();
    int OneOf(const Node& node, const std::string& processes);
};

}  // namespace pgspan::test
