// Proves the texts of `pgspan status`: the JSON contract, the table, and what counts as well.
#include "control/cli/status_text.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pgspan::control {
namespace {

NodeStatus Running(const std::string& name, int port) {
    NodeStatus node;
    node.node = {name, port};
    node.state = NodeState::kRunning;
    node.process = 77;
    node.server_version = "15.4 (Debian 15.4-1)";
    node.extension_version = "0.1";
    node.shards = 16;
    node.size_bytes = 1536;
    return node;
}

ClusterStatus Sample() {
    ClusterStatus status{"c1", "/srv/c1", false, {Running("coordinator", 9700)}};
    NodeStatus failed;
    failed.node = {"worker1", 9701};
    failed.state = NodeState::kFailed;
    failed.reason = "it ended";
    status.nodes.push_back(failed);
    return status;
}

TEST(StatusTextTest, JsonHasEveryFieldOfTheContract) {
    const auto json = nlohmann::json::parse(StatusJson(Sample()));
    EXPECT_EQ(json["schema"], 1);
    EXPECT_EQ(json["name"], "c1");
    EXPECT_EQ(json["state"], "degraded");
    EXPECT_EQ(json["data"], "/srv/c1");
    const auto& coordinator = json["nodes"][0];
    EXPECT_EQ(coordinator["role"], "coordinator");
    EXPECT_EQ(coordinator["state"], "running");
    EXPECT_EQ(coordinator["well"], true);
    EXPECT_TRUE(coordinator["reason"].is_null());
    EXPECT_EQ(coordinator["host"], "127.0.0.1");
    EXPECT_EQ(coordinator["port"], 9700);
    EXPECT_EQ(coordinator["pid"], 77);
    EXPECT_EQ(coordinator["server_version"], "15.4 (Debian 15.4-1)");
    EXPECT_EQ(coordinator["pgspan_version"], "0.1");
    EXPECT_EQ(coordinator["shards"], 16);
    EXPECT_EQ(coordinator["size_bytes"], 1536);
    const auto& worker = json["nodes"][1];
    EXPECT_EQ(worker["role"], "worker");
    EXPECT_EQ(worker["state"], "failed");
    EXPECT_EQ(worker["reason"], "it ended");
    EXPECT_TRUE(worker["pid"].is_null());
}

TEST(StatusTextTest, AFailureIsADocumentToo) {
    const auto json =
        nlohmann::json::parse(FailureJson({"it \"broke\"", "mend it", ExitCode::kNotFound}));
    EXPECT_EQ(json["schema"], 1);
    EXPECT_EQ(json["error"]["code"], 4);
    EXPECT_EQ(json["error"]["message"], "it \"broke\"");
    EXPECT_EQ(json["error"]["to_do"], "mend it");
    EXPECT_TRUE(nlohmann::json::parse(FailureJson({"a", ""}))["error"]["to_do"].is_null());
}

TEST(StatusTextTest, TheTableAlignsAndTellsReasonsBelow) {
    const auto plain = [](const std::string& text, NodeState) { return text; };
    EXPECT_EQ(StatusTable(Sample(), plain),
              "cluster 'c1': degraded (/srv/c1)\n"
              "\n"
              "NODE         STATE    ADDRESS         PID  POSTGRES  PGSPAN  SHARDS  SIZE\n"
              "coordinator  running  127.0.0.1:9700  77   15.4      0.1     16      1.5 kB\n"
              "worker1      failed   127.0.0.1:9701  -    -         -       -       -\n"
              "\n"
              "worker1: it ended\n");
}

TEST(StatusTextTest, StatesOfTheWhole) {
    ClusterStatus status = Sample();
    EXPECT_FALSE(status.IsWell());
    status.nodes.pop_back();
    EXPECT_TRUE(status.IsWell());
    status.nodes[0].reason = "not used";
    EXPECT_FALSE(status.IsWell()) << "a node that runs can be unwell";
    status.nodes[0].reason.clear();
    status.half_made = true;
    EXPECT_FALSE(status.IsWell());
    EXPECT_EQ(nlohmann::json::parse(StatusJson(status))["state"], "unfinished");
    status.half_made = false;
    status.nodes[0].state = NodeState::kStopped;
    EXPECT_TRUE(status.IsStopped());
    EXPECT_EQ(nlohmann::json::parse(StatusJson(status))["state"], "stopped");
}

TEST(StatusTextTest, Sizes) {
    EXPECT_EQ(SizeText(0), "0 B");
    EXPECT_EQ(SizeText(999), "999 B");
    EXPECT_EQ(SizeText(1024 * 1024), "1.0 MB");
    EXPECT_EQ(SizeText(1023 * 1024), "1.0 MB");
    EXPECT_EQ(SizeText(5LL * 1024 * 1024 * 1024 * 1024 * 1024), "5120.0 TB");
}

}  // namespace
}  // namespace pgspan::control
