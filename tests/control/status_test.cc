// Proves `pgspan status`: its contract as JSON, its exit codes, and that it tells what was stopped
// from what is broken, and what to do.
#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/control/sandbox.h"
#include "tests/harness/wait.h"

namespace pgspan::test {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::seconds;

class StatusTest : public testing::Test {
  protected:
    static std::vector<std::string> Keys(const Json& object) {
        std::vector<std::string> keys;
        for (const auto& [key, value] : object.items()) keys.push_back(key);
        return keys;
    }

    std::string Sql(const std::string& sql) {
        const Ended ended = sandbox_.Run({"psql", "--", "-XAtqc", sql});
        EXPECT_EQ(Complaint(ended, 0), "") << sql;
        return ended.out;
    }

    // The process of a node's server.
    pid_t Postmaster(size_t node) {
        return sandbox_.Status(0)["nodes"].at(node)["pid"].get<pid_t>();
    }

    Sandbox sandbox_{std::string("status_") +
                     testing::UnitTest::GetInstance()->current_test_info()->name()};
};

TEST_F(StatusTest, TellsOfARunningClusterAndOfOneThatWasStopped) {
    const int port = sandbox_.Up();
    Sql("CREATE TABLE t (k int PRIMARY KEY)");
    Sql("SELECT create_distributed_table('t', 'k', shard_count := 6)");
    Sql("INSERT INTO t SELECT generate_series(1, 1000)");

    const Json running = sandbox_.Status(0);
    EXPECT_EQ(Keys(running),
              (std::vector<std::string>{"schema", "name", "state", "data", "nodes"}));
    EXPECT_EQ(running["schema"], 1);
    EXPECT_EQ(running["name"], "default");
    EXPECT_EQ(running["state"], "running");
    EXPECT_EQ(running["data"], sandbox_.ClusterFolder());
    ASSERT_EQ(running["nodes"].size(), 2U);
    const Json& worker = running["nodes"][1];
    EXPECT_EQ(Keys(worker), (std::vector<std::string>{"name", "role", "state", "well", "reason",
                                                      "host", "port", "pid", "server_version",
                                                      "pgspan_version", "shards", "size_bytes"}));
    EXPECT_EQ(running["nodes"][0]["role"], "coordinator");
    EXPECT_EQ(worker["name"], "worker1");
    EXPECT_EQ(worker["role"], "worker");
    EXPECT_EQ(worker["state"], "running");
    EXPECT_EQ(worker["well"], true);
    EXPECT_TRUE(worker["reason"].is_null());
    EXPECT_EQ(worker["host"], "127.0.0.1");
    EXPECT_EQ(worker["port"], port + 1);
    EXPECT_EQ(kill(worker["pid"].get<pid_t>(), 0), 0);
    EXPECT_TRUE(
        Sql("SHOW server_version").starts_with(worker["server_version"].get<std::string>()));
    EXPECT_EQ(worker["pgspan_version"].get<std::string>() + "\n",
              Sql("SELECT extversion FROM pg_extension WHERE extname = 'pgspan'"));
    EXPECT_EQ(worker["shards"], 6);
    EXPECT_EQ(std::to_string(worker["size_bytes"].get<int64_t>()) + "\n",
              Sql("SELECT citus_total_relation_size('t')"));
    EXPECT_EQ(running["nodes"][0]["shards"], 0);

    const Ended table = sandbox_.Run({"status"});
    EXPECT_EQ(Complaint(table, 0,
                        {"cluster 'default': running (" + sandbox_.ClusterFolder() + ")", "NODE",
                         "STATE", "127.0.0.1:" + std::to_string(port + 1)}),
              "");
    EXPECT_EQ(table.err, "");
    EXPECT_EQ(sandbox_.Run({"status", "--output", "table"}).out, table.out);
    EXPECT_EQ(table.out.find('\033'), std::string::npos) << "colours in a file";

    ASSERT_EQ(Complaint(sandbox_.Run({"stop"}), 0), "");
    const Json stopped = sandbox_.Status(9);
    EXPECT_EQ(Keys(stopped), Keys(running));
    EXPECT_EQ(stopped["state"], "stopped");
    for (const Json& node : stopped["nodes"]) {
        EXPECT_EQ(Keys(node), Keys(worker));
        EXPECT_EQ(node["state"], "stopped");
        EXPECT_TRUE(node["reason"].is_null()) << "that it was stopped is nothing wrong";
        EXPECT_TRUE(node["pid"].is_null() && node["shards"].is_null());
    }
    EXPECT_EQ(Complaint(sandbox_.Run({"status"}), 9, {"cluster 'default': stopped"}), "");
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"psql"}, {"demo", "ads"}}) {
        EXPECT_EQ(Complaint(sandbox_.Run(command), 1, {"does not run", "pgspan start"}), "");
    }
}

TEST_F(StatusTest, TellsThatAWorkerWasKilledAndStartMendsIt) {
    sandbox_.Up();
    Sql("CREATE TABLE t (k int PRIMARY KEY)");
    Sql("SELECT create_distributed_table('t', 'k')");
    Sql("INSERT INTO t SELECT generate_series(1, 1000)");
    const pid_t postmaster = Postmaster(1);
    ASSERT_EQ(kill(postmaster, SIGKILL), 0);
    ASSERT_TRUE(Eventually(seconds(10), [&] { return kill(postmaster, 0) != 0; }));

    const Json broken = sandbox_.Status(7);
    EXPECT_EQ(broken["state"], "degraded");
    EXPECT_EQ(broken["nodes"][0]["state"], "running");
    EXPECT_EQ(broken["nodes"][1]["state"], "failed");
    EXPECT_EQ(broken["nodes"][1]["well"], false);
    EXPECT_EQ(Complaint(sandbox_.Run({"status"}), 7,
                        {"degraded", "worker1: its server ended without being stopped",
                         "pgspan start", "pgspan logs worker1"}),
              "");
    EXPECT_EQ(Complaint(sandbox_.Run({"psql", "--node", "worker1"}), 1,
                        {"worker1 of cluster 'default' does not run", "pgspan start"}),
              "");

    EXPECT_EQ(Complaint(sandbox_.Run({"start"}), 0, {"Started worker1."}), "");
    EXPECT_EQ(sandbox_.Status(0)["state"], "running");
    EXPECT_EQ(Sql("SELECT count(*) FROM t"), "1000\n");
}

TEST_F(StatusTest, OneNodeThatWasStoppedAloneIsNotAStoppedCluster) {
    sandbox_.Up();
    ASSERT_EQ(kill(Postmaster(1), SIGINT), 0);
    ASSERT_TRUE(Eventually(seconds(10), [&] { return sandbox_.Run({"status"}).code == 7; }));
    ASSERT_TRUE(Eventually(seconds(10),
                           [&] { return sandbox_.Status(7)["nodes"][1]["state"] == "stopped"; }));
    EXPECT_EQ(sandbox_.Status(7)["state"], "degraded");
    EXPECT_EQ(Complaint(sandbox_.Run({"up"}), 0, {"started worker1"}), "");
    EXPECT_EQ(sandbox_.Status(0)["state"], "running");
}

TEST_F(StatusTest, TellsThatANodeDoesNotAnswer) {
    sandbox_.Up();
    const pid_t postmaster = Postmaster(1);
    ASSERT_EQ(kill(postmaster, SIGSTOP), 0);
    const Ended status = sandbox_.Run({"status", "-o", "json"});
    ASSERT_EQ(kill(postmaster, SIGCONT), 0);
    EXPECT_EQ(Complaint(status, 7, {"\"degraded\"", "\"unreachable\"", "gave up waiting"}), "");
    EXPECT_EQ(sandbox_.Status(0)["state"], "running");
}

TEST_F(StatusTest, TellsThatTheCoordinatorDoesNotUseAWorker) {
    const int port = sandbox_.Up();
    const std::string node = "('127.0.0.1', " + std::to_string(port + 1) + ")";
    Sql("SELECT citus_disable_node" + node);
    const Json status = sandbox_.Status(7);
    EXPECT_EQ(status["nodes"][1]["state"], "running");
    EXPECT_EQ(status["nodes"][1]["well"], false);
    const auto reason = status["nodes"][1]["reason"].get<std::string>();
    EXPECT_NE(reason.find("does not use it"), std::string::npos) << reason;
    // As it says.
    Sql(reason.substr(reason.find("SELECT")));
    EXPECT_EQ(sandbox_.Status(0)["state"], "running");
}

TEST_F(StatusTest, FailuresAreJsonToo) {
    const auto expect = [&](int code, const std::string& words) {
        const Ended ended = sandbox_.Run({"status", "-o", "json"});
        ASSERT_EQ(Complaint(ended, code), "");
        const Json json = Json::parse(ended.out);
        EXPECT_EQ(Keys(json), (std::vector<std::string>{"schema", "error"}));
        EXPECT_EQ(Keys(json["error"]), (std::vector<std::string>{"code", "message", "to_do"}));
        EXPECT_EQ(json["error"]["code"], code);
        const auto message = json["error"]["message"].get<std::string>();
        EXPECT_NE(message.find(words), std::string::npos) << message;
        EXPECT_NE(ended.err.find(message), std::string::npos) << "people see it as well";
    };
    expect(4, "there is no cluster 'default'");
    sandbox_.Shell("mkdir -p " + sandbox_.ClusterFolder() + " && echo broken >" +
                   sandbox_.ClusterFolder() + "/cluster.json");
    expect(3, "cannot use");
    sandbox_.Shell("rm -r " + sandbox_.ClusterFolder());
}

}  // namespace
}  // namespace pgspan::test
