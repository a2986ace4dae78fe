// Proves that the rendered files say what a node needs, with every value quoted.
#include "control/postgres/configuration.h"

#include <gtest/gtest.h>

namespace pgspan::control {
namespace {

constexpr uint64_t kGibibyte = 1024ULL * 1024 * 1024;

NodeFiles Files(const std::string& folder) {
    return {folder + "/data", folder + "/pg_hba.conf", folder + "/pg_ident.conf",
            folder + "/log",  folder + "/socket",      folder + "/passfile"};
}

std::string Conf(const Settings& settings, const std::string& folder) {
    const ClusterSpec spec = MakeSpec("c1", 2, 9800, settings).value();
    const NodeSpec& node = *spec.Find("worker2");
    const auto text =
        RenderPostgresqlConf(spec, node, Files(folder), PlanShare(8 * kGibibyte, 4, spec, node));
    EXPECT_TRUE(text.ok()) << text.error().message;
    return text.ok() ? *text : "";
}

bool HasLine(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(ConfigurationTest, DescribesTheNode) {
    const std::string conf = Conf({}, "/srv/c1/worker2");
    EXPECT_TRUE(HasLine(conf, "port = 9802"));
    EXPECT_TRUE(HasLine(conf, "listen_addresses = '127.0.0.1'"));
    EXPECT_TRUE(HasLine(conf, "cluster_name = 'pgspan c1/worker2'"));
    EXPECT_TRUE(HasLine(conf, "data_directory = '/srv/c1/worker2/data'"));
    EXPECT_TRUE(HasLine(conf, "unix_socket_directories = '\"/srv/c1/worker2/socket\"'"));
    EXPECT_TRUE(HasLine(conf, "shared_preload_libraries = 'pgspan'"));
    EXPECT_TRUE(HasLine(conf, "shared_buffers = 128MB"));
    EXPECT_TRUE(HasLine(conf, "max_parallel_workers_per_gather = 1"));
}

TEST(ConfigurationTest, QuotesPathsForEveryLanguageTheyPassThrough) {
    const std::string conf = Conf({}, "/srv/it's");
    EXPECT_TRUE(HasLine(conf, "data_directory = '/srv/it''s/data'"));
    EXPECT_TRUE(HasLine(conf,
                        "pgspan.node_conninfo = "
                        "'passfile=''/srv/it\\\\''s/passfile'' sslmode=prefer'"))
        << conf;
}

TEST(ConfigurationTest, ASocketFolderThatIsTooLongIsLeftAway) {
    const std::string conf = Conf({}, "/" + std::string(kSocketFolderLengthMax, 'x'));
    EXPECT_TRUE(HasLine(conf, "unix_socket_directories = ''"));
}

TEST(ConfigurationTest, TheUsersSettingsComeLastAndPreloadsAreJoined) {
    const std::string conf =
        Conf({{"jit", "off"}, {"shared_preload_libraries", "pg_stat_statements"}}, "/d");
    EXPECT_TRUE(HasLine(conf, "shared_preload_libraries = 'pgspan, pg_stat_statements'"));
    EXPECT_TRUE(HasLine(conf, "jit = 'off'"));
    EXPECT_GT(conf.find("jit = 'off'"), conf.find("log_line_prefix"));
}

TEST(ConfigurationTest, NobodyConnectsWithoutAPassword) {
    const auto hba = RenderHbaConf(MakeSpec("c1", 1, 9800, {}).value());
    ASSERT_TRUE(hba.ok());
    EXPECT_EQ(hba->find("trust"), std::string::npos);
    EXPECT_NE(hba->find("scram-sha-256"), std::string::npos);
}

TEST(ConfigurationTest, ThePassfileNamesEveryNode) {
    const ClusterSpec spec = MakeSpec("c1", 1, 9800, {}).value();
    EXPECT_EQ(RenderPassfile(spec, "a:b\\"),
              "127.0.0.1:9800:*:postgres:a\\:b\\\\\n"
              "localhost:9800:*:postgres:a\\:b\\\\\n"
              "127.0.0.1:9801:*:postgres:a\\:b\\\\\n"
              "localhost:9801:*:postgres:a\\:b\\\\\n");
}

TEST(ConfigurationTest, MemoryStaysModestOnSmallAndLargeMachines) {
    const MemoryPlan small = PlanMemory(kGibibyte / 2, 3);
    EXPECT_EQ(small.shared_buffers_mb, 32);
    EXPECT_EQ(small.maintenance_work_mem_mb, 16);
    EXPECT_EQ(PlanMemory(1, 65).shared_buffers_mb, 16);
    const MemoryPlan large = PlanMemory(512 * kGibibyte, 3);
    EXPECT_EQ(large.shared_buffers_mb, 128);
    EXPECT_EQ(large.maintenance_work_mem_mb, 64);
}

TEST(ConfigurationTest, NodesOfAMachineDoNotAllParallelizeOverAllOfItsProcessors) {
    EXPECT_EQ(PlanParallelWorkers(2, 2), 0);
    EXPECT_EQ(PlanParallelWorkers(4, 2), 1);
    EXPECT_EQ(PlanParallelWorkers(64, 2), 2);
    EXPECT_EQ(PlanParallelWorkers(1, 4), 0);
    EXPECT_EQ(PlanParallelWorkers(4, 0), 2);
    const ClusterSpec spec = MakeSpec("c1", 2, 9800, {}).value();
    EXPECT_EQ(PlanShare(kGibibyte, 2, spec, spec.coordinator()).parallel_workers, 2);
    EXPECT_EQ(PlanShare(kGibibyte, 2, spec, *spec.Find("worker1")).parallel_workers, 0);
}

}  // namespace
}  // namespace pgspan::control
