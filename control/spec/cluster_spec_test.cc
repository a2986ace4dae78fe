// Proves what makes a valid cluster, what `up` refuses on an existing one, and that the description
// survives its file.
#include "control/spec/cluster_spec.h"

#include <gtest/gtest.h>

namespace pgspan::control {
namespace {

TEST(ClusterSpecTest, PlacesWorkersOnThePortsAfterTheCoordinator) {
    const Result<ClusterSpec> spec = MakeSpec("default", 3, 9700, {});
    ASSERT_TRUE(spec.ok());
    ASSERT_EQ(spec->nodes.size(), 4U);
    EXPECT_EQ(spec->coordinator(), (NodeSpec{"coordinator", 9700}));
    EXPECT_EQ(spec->nodes[3], (NodeSpec{"worker3", 9703}));
    EXPECT_EQ(spec->Find("worker2")->port, 9702);
    EXPECT_EQ(spec->Find("worker4"), nullptr);
}

TEST(ClusterSpecTest, RefusesPortsAndWorkersOutOfRange) {
    EXPECT_FALSE(MakeSpec("a", 0, 9700, {}).ok());
    EXPECT_FALSE(MakeSpec("a", kWorkersMax + 1, 9700, {}).ok());
    EXPECT_FALSE(MakeSpec("a", 1, 80, {}).ok());
    EXPECT_TRUE(MakeSpec("a", 1, 65534, {}).ok());
    EXPECT_FALSE(MakeSpec("a", 2, 65534, {}).ok());
}

TEST(ClusterSpecTest, NamesAreSafeAsFolders) {
    for (const char* good : {"default", "a", "9", "my-cluster_2"}) {
        EXPECT_TRUE(CheckName(good).ok()) << good;
    }
    for (const std::string& bad :
         {std::string(), std::string(".."), std::string("a/b"), std::string("-x"),
          std::string("a b"), std::string("a'b"), std::string(41, 'a')}) {
        EXPECT_FALSE(CheckName(bad).ok()) << bad;
    }
}

TEST(ClusterSpecTest, SettingsAreParsedAndReservedOnesRefused) {
    const auto setting = ParseSetting("Work_Mem=16MB=x");
    ASSERT_TRUE(setting.ok());
    EXPECT_EQ(setting->first, "work_mem");
    EXPECT_EQ(setting->second, "16MB=x");
    for (const char* bad :
         {"work_mem", "=1", "a b=1", "port=5", "listen_addresses=*", "x=1\ny=2"}) {
        EXPECT_FALSE(ParseSetting(bad).ok()) << bad;
    }
}

TEST(ClusterSpecTest, SurvivesItsFile) {
    ClusterSpec spec = MakeSpec("c1", 2, 9800, {{"work_mem", "16MB"}}).value();
    spec.bindir = "/usr/lib/postgresql/15/bin";
    spec.server_version = "15.4";
    for (Phase phase : {Phase::kCreating, Phase::kReady, Phase::kRemoving}) {
        spec.phase = phase;
        const Result<ClusterSpec> again = FromJson(ToJson(spec));
        ASSERT_TRUE(again.ok()) << again.error().message;
        EXPECT_EQ(*again, spec);
    }
}

TEST(ClusterSpecTest, ForeignAndBrokenFilesAreErrors) {
    EXPECT_FALSE(FromJson("").ok());
    EXPECT_FALSE(FromJson("{}").ok());
    EXPECT_FALSE(FromJson("[1]").ok());
    EXPECT_FALSE(FromJson(R"({"kind": "pgspan cluster", "schema": 1})").ok());
    const Result<ClusterSpec> newer = FromJson(R"({"kind": "pgspan cluster", "schema": 99})");
    ASSERT_FALSE(newer.ok());
    EXPECT_NE(newer.error().message.find("schema 99"), std::string::npos);
    EXPECT_FALSE(FromJson(R"({"kind": "pgspan cluster", "schema": 1, "name": "a", "phase": "ready",
        "bindir": "", "server_version": "", "settings": {}, "nodes": []})")
                     .ok());
}

TEST(ClusterSpecTest, AnExistingClusterRefusesAnotherShape) {
    const ClusterSpec spec = MakeSpec("c1", 2, 9800, {{"work_mem", "16MB"}}).value();
    EXPECT_TRUE(CheckWish(spec, {}).ok());
    EXPECT_TRUE(CheckWish(spec, {"c1", 2, 9800, {{"work_mem", "16MB"}}}).ok());
    EXPECT_FALSE(CheckWish(spec, {"c2", {}, {}, {}}).ok());
    EXPECT_FALSE(CheckWish(spec, {{}, 3, {}, {}}).ok());
    EXPECT_FALSE(CheckWish(spec, {{}, {}, 9900, {}}).ok());
    EXPECT_FALSE(CheckWish(spec, {{}, {}, {}, {{"work_mem", "1MB"}}}).ok());
    const Status status = CheckWish(spec, {{}, {}, {}, {{"jit", "off"}}});
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.error().message.find("jit"), std::string::npos);
}

}  // namespace
}  // namespace pgspan::control
