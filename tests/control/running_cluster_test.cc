// Proves what is done with a cluster that runs: psql, logs and the demos, over one cluster.
#include <csignal>
#include <memory>

#include <gtest/gtest.h>

#include "tests/control/sandbox.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using std::chrono::seconds;

class RunningClusterTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        sandbox_ = std::make_unique<Sandbox>("running");
        sandbox_->Up();
    }
    static void TearDownTestSuite() { sandbox_.reset(); }

    static Ended Run(const std::vector<std::string>& arguments) { return sandbox_->Run(arguments); }

    static Ended Psql(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"psql", "--", "-X"});
        return Run(arguments);
    }

    static std::unique_ptr<Sandbox> sandbox_;
};

std::unique_ptr<Sandbox> RunningClusterTest::sandbox_;

TEST_F(RunningClusterTest, PsqlGetsItsArgumentsAsTheyAre) {
    const Ended ended = Psql(
        {"-At", "-F", ":", "-v", "it=a 'b' \\c", "-c", "SELECT 1, 'two words', '--', '$HOME'"});
    EXPECT_EQ(Complaint(ended, 0), "");
    EXPECT_EQ(ended.out, "1:two words:--:$HOME\n");
    EXPECT_EQ(sandbox_->Shell("echo \"SELECT :'it'\" | $PGSPAN psql -- -XAt -v \"it=a 'b'\"").out,
              "a 'b'\n");
    EXPECT_EQ(Psql({"-At", "-d", "template1", "-c", "SELECT current_database()"}).out,
              "template1\n");
    EXPECT_EQ(Complaint(Psql({"--no-such-option"}), 1, {"no-such-option"}), "");
}

TEST_F(RunningClusterTest, PsqlPassesItsExitCodeOn) {
    EXPECT_EQ(Psql({"-c", "SELECT 1"}).code, 0);
    EXPECT_EQ(Complaint(Psql({"-c", "SELECT no_such_column"}), 1, {"no_such_column"}), "");
    EXPECT_EQ(sandbox_->Shell("echo 'SELECT no; SELECT 1' | $PGSPAN psql -- -X").code, 0);
    EXPECT_EQ(
        sandbox_->Shell("echo 'SELECT no; SELECT 1' | $PGSPAN psql -- -X -v ON_ERROR_STOP=1").code,
        3);
    EXPECT_EQ(
        Complaint(Psql({"-d", "no_such_database", "-c", "SELECT 1"}), 2, {"no_such_database"}), "");
    EXPECT_EQ(Complaint(Psql({"-f", "/no/such/file"}), 1, {"/no/such/file"}), "");
}

TEST_F(RunningClusterTest, PsqlReachesEveryNodeByName) {
    const auto nodes = sandbox_->Status(0)["nodes"];
    for (const auto& node : nodes) {
        const Ended ended = Run({"psql", "--node", node["name"].get<std::string>(), "--", "-XAtc",
                                 "SELECT inet_server_port()"});
        EXPECT_EQ(ended.out, std::to_string(node["port"].get<int>()) + "\n");
    }
    EXPECT_EQ(Complaint(Run({"psql", "--node", "worker9"}), 4,
                        {"no node 'worker9'", "coordinator, worker1"}),
              "");
}

TEST_F(RunningClusterTest, LogsShowsTheNodesThatAreAskedFor) {
    const auto write = [](const std::string& node, const std::string& word) {
        EXPECT_EQ(Complaint(Run({"psql", "--node", node, "--", "-Xqc",
                                 "DO $$BEGIN RAISE LOG 'marked " + word + "'; END$$"}),
                            0),
                  "");
    };
    write("coordinator", "one");
    write("worker1", "two");
    write("worker1", "three");
    const Ended all = Run({"logs", "-n", "1000"});
    EXPECT_EQ(Complaint(all, 0, {"coordinator | ", "worker1 | ", "marked one", "marked two"}), "");
    const Ended worker = Run({"logs", "worker1", "-n", "1000"});
    EXPECT_EQ(Complaint(worker, 0, {"marked two", "marked three"}), "");
    EXPECT_EQ(worker.out.find("marked one"), std::string::npos);
    EXPECT_EQ(worker.out.find("worker1 | "), std::string::npos) << "of one node, lines are bare";
    const Ended last = Run({"logs", "worker1", "--lines", "2"});
    EXPECT_NE(last.out.find("marked three"), std::string::npos) << last.out;
    EXPECT_EQ(last.out.find("marked two"), std::string::npos) << "its statement is one line of two";
    EXPECT_EQ(Run({"logs", "-n", "0"}).out, "");
    EXPECT_EQ(Complaint(Run({"logs", "worker9"}), 4, {"no node 'worker9'", "pgspan status"}), "");
}

TEST_F(RunningClusterTest, LogsFollows) {
    Program logs = sandbox_->Start({"logs", "-f", "-n", "0"});
    // It is known to follow as soon as a line that was written later is shown.
    int written = 0;
    EXPECT_TRUE(Eventually(seconds(30),
                           [&] {
                               const std::string word = "followed " + std::to_string(written++);
                               Psql({"-qc", "DO $$BEGIN RAISE LOG '" + word + "'; END$$"});
                               return Eventually(seconds(1), [&] {
                                   return logs.out().find("LOG:  " + word + "\n") !=
                                          std::string::npos;
                               });
                           }))
        << logs.out() << logs.err();
    EXPECT_NE(logs.out().find("coordinator | "), std::string::npos);
    logs.Signal(SIGINT);
    EXPECT_EQ(logs.Wait(seconds(10)).code, 130);
}

TEST_F(RunningClusterTest, TheAdsDemoHasTheNineCampaignsOfTheTutorial) {
    const Ended demo = Run({"demo", "ads"});
    ASSERT_EQ(Complaint(demo, 0, {"The demo 'ads' is loaded.", "Now try, in pgspan psql:"}), "");
    const std::string query =
        "SELECT name, cost_model, state, monthly_budget FROM campaigns WHERE company_id = 5 "
        "ORDER BY monthly_budget DESC LIMIT 10;";
    const std::string table =
        "             name              |     cost_model      |  state   | monthly_budget \n"
        "-------------------------------+---------------------+----------+----------------\n"
        " Captain Annihilus             | cost_per_click      | archived |           9352\n"
        " Supah Scorpion Wolf           | cost_per_impression | running  |           7420\n"
        " Dark Groot Boy                | cost_per_impression | running  |           6496\n"
        " Supah Bat Lord                | cost_per_impression | archived |           4307\n"
        " Giant Toxin Girl              | cost_per_click      | running  |           4057\n"
        " Shocker                       | cost_per_impression | paused   |           3914\n"
        " Giant Maya Herrera I          | cost_per_click      | archived |           3712\n"
        " Agent Rachel Pirzad of Hearts | cost_per_click      | archived |           3538\n"
        " Lyja                          | cost_per_click      | archived |           2369\n"
        "(9 rows)\n\n";
    EXPECT_EQ(Psql({"-c", query}).out, table);
    // What it says to try can be tried.
    const std::string to_try = demo.out.substr(demo.out.find("psql:\n") + 6);
    const Ended tried =
        sandbox_->Shell("$PGSPAN psql -- -X -v ON_ERROR_STOP=1 <<'END'\n" + to_try + "\nEND\n");
    EXPECT_EQ(Complaint(tried, 0, {table, "Custom Scan"}), "");

    // A second one changes nothing.
    EXPECT_EQ(
        Complaint(Psql({"-qc", "UPDATE campaigns SET monthly_budget = 1 WHERE name = 'Lyja'"}), 0),
        "");
    EXPECT_EQ(Complaint(Run({"demo", "ads"}), 0, {"are there already", "--replace"}), "");
    EXPECT_NE(Psql({"-c", query}).out, table);
    EXPECT_EQ(Complaint(Run({"demo", "ads", "--replace"}), 0, {"is loaded"}), "");
    EXPECT_EQ(Psql({"-c", query}).out, table);
}

TEST_F(RunningClusterTest, TheShopDemoIsLoadedAsAWholeOrNotAtAll) {
    // A table of the user's with a name of the demo's.
    EXPECT_EQ(Psql({"-qc", "CREATE TABLE stock (mine int)"}).code, 0);
    EXPECT_EQ(Complaint(Run({"demo", "shop"}), 5,
                        {"tables of the same name are there", "stock", "--replace"}),
              "");
    EXPECT_EQ(Psql({"-Atc", "SELECT to_regclass('warehouse') IS NULL, count(*) FROM stock"}).out,
              "t|0\n");
    EXPECT_EQ(Psql({"-qc", "DROP TABLE stock"}).code, 0);

    const Ended demo = Run({"demo", "shop"});
    ASSERT_EQ(Complaint(demo, 0, {"The demo 'shop' is loaded."}), "");
    const std::string to_try = demo.out.substr(demo.out.find("psql:\n") + 6);
    EXPECT_EQ(Complaint(sandbox_->Shell("$PGSPAN psql -- -X -v ON_ERROR_STOP=1 <<'END'\n" + to_try +
                                        "\nEND\n"),
                        0),
              "");
    const std::string counts =
        "SELECT (SELECT count(*) FROM warehouse), (SELECT count(*) FROM orders) > 100, "
        "(SELECT count(*) FROM order_line) > (SELECT count(*) FROM orders)";
    const Ended before = Psql({"-Atc", counts});
    EXPECT_TRUE(before.out.ends_with("|t|t\n")) << before.out << before.err;
    EXPECT_EQ(Complaint(Run({"demo", "shop"}), 0, {"are there already"}), "");
    EXPECT_EQ(Psql({"-Atc", counts}).out, before.out);
}

TEST_F(RunningClusterTest, ADemoAsAScriptMakesTheSameTables) {
    const Ended ended = sandbox_->Shell(
        "$PGSPAN psql -- -Xqc 'CREATE DATABASE plain' && "
        "$PGSPAN demo ads --print-sql --plain | $PGSPAN psql -- -Xq -d plain >$HOME/out && "
        "$PGSPAN psql -- -XAtd plain -c 'SELECT count(*), sum(monthly_budget) FROM "
        "campaigns' && $PGSPAN psql -- -Xqc 'DROP DATABASE plain'");
    EXPECT_EQ(Complaint(ended, 0), "");
    EXPECT_EQ(Complaint(Run({"demo", "ads"}), 0), "");
    EXPECT_EQ(Psql({"-Atc", "SELECT count(*), sum(monthly_budget) FROM campaigns"}).out, ended.out);
}

TEST_F(RunningClusterTest, AnInterruptedDemoLeavesNothing) {
    EXPECT_EQ(Complaint(Run({"demo", "shop"}), 0), "");
    // Its tables are held, so that the demo waits in its middle.
    Program holder = sandbox_->Start(
        {"psql", "--", "-X", "-c", "BEGIN; LOCK TABLE warehouse; SELECT pg_sleep(1000)"});
    ASSERT_TRUE(Eventually(seconds(30), [&] {
        return Psql({"-Atc",
                     "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND "
                     "granted AND relation = 'warehouse'::regclass"})
                   .out == "1\n";
    }));
    Program demo = sandbox_->Start({"demo", "shop", "--replace"});
    ASSERT_TRUE(Eventually(seconds(30), [&] {
        return Psql({"-Atc", "SELECT count(*) FROM pg_locks WHERE NOT granted"}).out != "0\n";
    }));
    demo.Signal(SIGINT);
    EXPECT_EQ(Complaint(demo.Wait(), 130, {"interrupted", "nothing of it stays"}), "");
    holder.Signal(SIGKILL);
    holder.Wait();
    EXPECT_EQ(Complaint(Psql({"-Atc",
                              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                              "WHERE query LIKE 'BEGIN; LOCK%'"}),
                        0, {"t\n"}),
              "");
    EXPECT_EQ(Complaint(Psql({"-Atc", "SELECT count(*) > 0 FROM warehouse"}), 0, {"t\n"}), "");
}

}  // namespace
}  // namespace pgspan::test
