// Proves that a transaction that the user has prepared stays prepared on every node whatever dies,
// and that COMMIT PREPARED and ROLLBACK PREPARED end all of its parts, whenever they are
// interrupted and whichever node is away.
#include <csignal>

#include "tests/faults/bank.h"

namespace pgspan::test {
namespace {

class PreparedTransactionTest : public BankTest {
  protected:
    // A transfer between the nodes, with a note on the coordinator, up to PREPARE TRANSACTION.
    Answer PrepareTransfer(Session& session) {
        const std::string from = std::to_string(on_first_[0]);
        const std::string to = std::to_string(on_second_[0]);
        Do(session, "BEGIN");
        Do(session, "INSERT INTO notes VALUES (1)");
        Do(session, "UPDATE accounts SET balance = balance - 1 WHERE id = " + from);
        Do(session, "UPDATE accounts SET balance = balance + 1 WHERE id = " + to);
        Do(session, "INSERT INTO halves VALUES (" + from + ", 1, -1), (" + to + ", 1, 1)");
        return session.Run("PREPARE TRANSACTION 'transfer'");
    }

    std::string PreparedOn(size_t node) {
        Session session = OpenNode(nodes_[node]);
        return Scalar(session, "SELECT count(*) FROM pg_prepared_xacts");
    }

    void ExpectHalves(int halves) {
        Session session = OpenCoordinator();
        EXPECT_EQ(Number(session, "SELECT count(*) FROM halves"), halves);
        EXPECT_EQ(Number(session, "SELECT count(*) FROM notes"), halves / 2);
        CheckNothingHalfDone({});
    }
};

TEST_F(PreparedTransactionTest, EveryPartSurvivesCrashesOfAllNodes) {
    for (const bool commits : {false, true}) {
        SCOPED_TRACE(commits ? "COMMIT PREPARED" : "ROLLBACK PREPARED");
        {
            Session session = OpenCoordinator();
            ASSERT_TRUE(PrepareTransfer(session).ok());
        }
        for (const size_t node : {size_t{1}, size_t{2}, size_t{0}})
            ASSERT_EQ(kill(Postmaster(node), SIGKILL), 0);
        CloseCluster();
        BringBack();
        Session session = OpenCoordinator();
        EXPECT_EQ(Value(session, "SELECT recover_prepared_transactions()"), "0");
        for (size_t node = 0; node < nodes_.size(); ++node) EXPECT_EQ(PreparedOn(node), "1");
        ExpectHalves(0);
        Do(session, commits ? "COMMIT PREPARED 'transfer'" : "ROLLBACK PREPARED 'transfer'");
        EXPECT_EQ(Prepared(), "");
        ExpectHalves(commits ? 2 : 0);
    }
}

TEST_F(PreparedTransactionTest, ANodeThatIsAwayFollowsWhenItIsBack) {
    for (const bool commits : {false, true}) {
        SCOPED_TRACE(commits ? "COMMIT PREPARED" : "ROLLBACK PREPARED");
        Session session = OpenCoordinator();
        ASSERT_TRUE(PrepareTransfer(session).ok());
        ASSERT_EQ(kill(Postmaster(1), SIGKILL), 0);
        Do(session, commits ? "COMMIT PREPARED 'transfer'" : "ROLLBACK PREPARED 'transfer'");
        EXPECT_EQ(PreparedOn(0), "0");
        EXPECT_EQ(PreparedOn(2), "0");
        BringBack();
        Recover();
        ExpectHalves(commits ? 2 : 0);
    }
}

// The session that has prepared it may wait for it, like any other: nobody is in a deadlock.
TEST_F(PreparedTransactionTest, WaitingForItIsNoDeadlock) {
    Session session = OpenCoordinator();
    ASSERT_TRUE(PrepareTransfer(session).ok());
    Do(session, "SET deadlock_timeout = '10ms'");
    Do(session, "SET lock_timeout = '1s'");
    EXPECT_EQ(session.Run("UPDATE accounts SET balance = 0").sqlstate, "55P03");
    Do(session, "ROLLBACK PREPARED 'transfer'");
    EXPECT_EQ(Prepared(), "");
    ExpectHalves(0);
}

// The connections to the nodes act for whoever has run the last statement there.
TEST_F(PreparedTransactionTest, PartsAreFinishedAtOnceWhoeverTheConnectionsActedFor) {
    OnCluster("CREATE ROLE acts_last");
    OnCluster("GRANT USAGE ON SCHEMA " + schema() + " TO acts_last");
    OnCluster("GRANT SELECT ON accounts TO acts_last");
    for (const bool commits : {false, true}) {
        SCOPED_TRACE(commits ? "COMMIT PREPARED" : "ROLLBACK PREPARED");
        Session session = OpenCoordinator();
        ASSERT_TRUE(PrepareTransfer(session).ok());
        Do(session, "SET ROLE acts_last");
        Do(session, "SELECT count(*) FROM accounts");
        Do(session, "RESET ROLE");
        Do(session, commits ? "COMMIT PREPARED 'transfer'" : "ROLLBACK PREPARED 'transfer'");
        EXPECT_EQ(Prepared(), "");
        ExpectHalves(commits ? 2 : 0);
    }
    OnCluster("DROP OWNED BY acts_last");
    OnCluster("DROP ROLE acts_last");
}

struct Crash {
    const char* point;
    const char* statement;  // that is running: PREPARE TRANSACTION, COMMIT PREPARED, …
    bool commits;
};

void PrintTo(const Crash& crash, std::ostream* out) {
    for (const char* c = crash.statement; *c != '\0'; ++c) *out << (*c == ' ' ? '_' : *c);
    *out << "_" << crash.point;
}

class PreparedTransactionCrashTest : public PreparedTransactionTest,
                                     public ::testing::WithParamInterface<Crash> {};

TEST_P(PreparedTransactionCrashTest, EndsAllPartsOrNone) {
    const Crash& crash = GetParam();
    Session session = OpenCoordinator();
    const std::string set = std::string("SET pgspan.fault_point = '") + crash.point + "'";
    if (std::string_view(crash.statement) == "PREPARE TRANSACTION") {
        Do(session, set);
        EXPECT_FALSE(PrepareTransfer(session).ok());
    } else {
        ASSERT_TRUE(PrepareTransfer(session).ok());
        Do(session, set);
        EXPECT_FALSE(session.Run(std::string(crash.statement) + " 'transfer'").ok());
    }
    EXPECT_FALSE(session.open()) << "nothing died at " << crash.point;
    CloseCluster();
    BringBack();
    Recover();
    ExpectHalves(crash.commits ? 2 : 0);
}

INSTANTIATE_TEST_SUITE_P(
    Points, PreparedTransactionCrashTest,
    ::testing::Values(Crash{"before_prepare", "PREPARE TRANSACTION", false},
                      Crash{"after_prepare_one", "PREPARE TRANSACTION", false},
                      Crash{"after_prepare", "PREPARE TRANSACTION", false},
                      Crash{"before_local_commit", "PREPARE TRANSACTION", false},
                      Crash{"after_local_commit", "COMMIT PREPARED", true},
                      Crash{"after_commit_prepared_one", "COMMIT PREPARED", true},
                      Crash{"after_local_commit", "ROLLBACK PREPARED", false},
                      Crash{"after_commit_prepared_one", "ROLLBACK PREPARED", false}),
    [](const ::testing::TestParamInfo<Crash>& info) {
        return ::testing::PrintToString(info.param);
    });

}  // namespace
}  // namespace pgspan::test
