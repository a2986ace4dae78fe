// Proves the command line: help everywhere, and that what it does not understand ends with code 2
// and a way out, before anything is done.
#include <gtest/gtest.h>

#include "tests/control/sandbox.h"

namespace pgspan::test {
namespace {

using Arguments = std::vector<std::string>;

TEST(UsageTest, EveryCommandHasHelp) {
    Sandbox sandbox("usage_help");
    const Ended whole = sandbox.Run({"--help"});
    EXPECT_EQ(Complaint(whole, 0, {"Usage: pgspan", "Exit codes:"}), "");
    for (const char* command :
         {"up", "down", "start", "stop", "status", "psql", "logs", "demo", "version"}) {
        EXPECT_NE(whole.out.find(std::string("\n  ") + command + " "), std::string::npos)
            << command << " is not in the help of the whole";
        for (const char* option : {"--help", "-h"}) {
            const Ended help = sandbox.Run({command, option});
            EXPECT_EQ(Complaint(help, 0, {std::string("Usage: pgspan ") + command, "--help"}), "");
            EXPECT_EQ(help.err, "");
        }
    }
}

TEST(UsageTest, VersionIsSaidInBothWays) {
    Sandbox sandbox("usage_version");
    const Ended version = sandbox.Run({"version"});
    EXPECT_EQ(Complaint(version, 0, {"pgspan 0."}), "");
    EXPECT_EQ(sandbox.Run({"--version"}).out, version.out);
}

struct Wrong {
    Arguments arguments;
    std::string says;
    std::string to_do;
};

TEST(UsageTest, WhatIsWrongIsNamedWithAWayOut) {
    const std::vector<Wrong> wrong = {
        {{}, "a command is missing", "up, down, start, stop, status"},
        {{"nope"}, "no command 'nope'", "up, down, start, stop, status"},
        {{"--nope"}, "no option '--nope'", "pgspan --help"},
        {{"--nope", "up"}, "does not take --nope", "--help"},
        {{"up", "--nope"}, "'pgspan up' does not take --nope", "pgspan up --help"},
        {{"up", "one", "two"}, "does not take one two", "pgspan up --help"},
        {{"up", "--workers", "many"}, "--workers", "pgspan up --help"},
        {{"up", "--workers"}, "--workers", "pgspan up --help"},
        {{"up", "--workers", "2", "--workers", "3"}, "--workers", "pgspan up --help"},
        {{"up", "--workers", "0"}, "1 to 64 workers, not 0", "--workers"},
        {{"up", "--workers", "65"}, "1 to 64 workers, not 65", "--workers"},
        {{"up", "--port", "80"}, "between 1024 and 65535", "another --port"},
        {{"up", "--port", "65535"}, "between 1024 and 65535", "another --port"},
        {{"up", "--port", "2147483647"}, "between 1024 and 65535", "another --port"},
        {{"up", "--port", "99999999999"}, "--port", "pgspan up --help"},
        {{"up", "--timeout", "0"}, "--timeout", "pgspan up --help"},
        {{"up", "--name", "a/b"}, "'a/b' cannot be the name", "letters, digits"},
        {{"up", "--set", "work_mem"}, "not of the form name=value", "--set work_mem=16MB"},
        {{"up", "--set", "port=1"}, "port cannot be set", "--port"},
        {{"up", "--set", "a b=1"}, "'a b' is not the name of a setting", "--set"},
        {{"up", "--set", "jit=o\nff"}, "more than one line", "--set"},
        {{"start", "--name", ""}, "'' cannot be the name", "letters, digits"},
        {{"stop", "--data", "/"}, "root of the file system", "--data"},
        {{"down", "--wip"}, "does not take --wip", "pgspan down --help"},
        {{"status", "-o", "yaml"}, "yaml", "pgspan status --help"},
        {{"logs", "-n", "-1"}, "--lines", "pgspan logs --help"},
        {{"demo"}, "demo", "pgspan demo --help"},
        {{"demo", "bank"}, "bank", "pgspan demo --help"},
        {{"demo", "ads", "--plain"}, "--print-sql", "pgspan demo --help"},
        {{"demo", "ads", "--print-sql", "--replace"}, "--replace", "pgspan demo --help"},
        {{"psql", "-c", "SELECT 1"}, "does not take -c SELECT 1", "go after --"},
        {{"version", "-o", "json"}, "does not take -o json", "pgspan version --help"},
    };
    Sandbox sandbox("usage_wrong");
    for (const Wrong& each : wrong) {
        const Ended ended = sandbox.Run(each.arguments);
        EXPECT_EQ(Complaint(ended, 2, {each.says, each.to_do}), "")
            << testing::PrintToString(each.arguments);
        EXPECT_EQ(ended.out, "");
        EXPECT_NE(ended.err.find("to do: "), std::string::npos) << ended.err;
    }
    EXPECT_TRUE(sandbox.Files().empty());
}

TEST(UsageTest, WithoutAClusterEveryCommandSaysSo) {
    Sandbox sandbox("usage_none");
    for (const Arguments& arguments : std::vector<Arguments>{{"start"},
                                                             {"stop"},
                                                             {"down"},
                                                             {"down", "--wipe"},
                                                             {"status"},
                                                             {"psql"},
                                                             {"logs"},
                                                             {"demo", "ads"}}) {
        EXPECT_EQ(Complaint(sandbox.Run(arguments), 4,
                            {"there is no cluster 'default'", "make one: pgspan up"}),
                  "")
            << testing::PrintToString(arguments);
    }
    EXPECT_EQ(Complaint(sandbox.Run({"status", "--name", "other"}), 4, {"pgspan up --name other"}),
              "");
    EXPECT_TRUE(sandbox.Files().empty());
}

TEST(UsageTest, WithoutAHomeClustersHaveNoPlace) {
    if (IsRoot()) GTEST_SKIP() << "root's clusters have a place of their own";
    Sandbox sandbox("usage_homeless");
    sandbox.environment().erase("HOME");
    sandbox.environment().erase("XDG_DATA_HOME");
    EXPECT_EQ(Complaint(sandbox.Run({"status"}), 3, {"neither XDG_DATA_HOME nor HOME", "--data"}),
              "");
}

TEST(UsageTest, AResultThatCannotBeWrittenIsAFailure) {
    Sandbox sandbox("usage_full");
    EXPECT_EQ(Complaint(sandbox.Shell("$PGSPAN version >/dev/full"), 1,
                        {"cannot write to standard output: No space left on device"}),
              "");
    EXPECT_EQ(Complaint(sandbox.Shell("$PGSPAN demo ads --print-sql >/dev/full"), 1,
                        {"cannot write to standard output: No space left on device"}),
              "");
}

}  // namespace
}  // namespace pgspan::test
