// Proves how programs are started, waited for, and ended.
#include "control/process/process.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

#include "control/process/environment.h"

namespace pgspan::control {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Account Self() {
    return {"self", geteuid(), getegid(), false};
}

Program Shell(const std::string& script) {
    return {{"/bin/sh", "-c", script}, "/", ""};
}

TEST(ProcessTest, ReturnsWhatTheProgramWrote) {
    const auto output =
        control::Run(Shell("echo out; echo error >&2"), Self(), WaitLimit::In(seconds(20)));
    ASSERT_TRUE(output.ok()) << output.failure().message;
    EXPECT_EQ(*output, "out\nerror\n");
}

TEST(ProcessTest, TakesMoreOutputThanAPipeHolds) {
    const auto output =
        control::Run(Shell("head -c 1000000 /dev/zero"), Self(), WaitLimit::In(seconds(20)));
    ASSERT_TRUE(output.ok()) << output.failure().message;
    EXPECT_EQ(output->size(), 1000000U);
}

TEST(ProcessTest, AFailureQuotesTheProgram) {
    const auto output =
        control::Run(Shell("echo broken; exit 3"), Self(), WaitLimit::In(seconds(20)));
    ASSERT_FALSE(output.ok());
    EXPECT_NE(output.failure().message.find("exit code 3"), std::string::npos);
    EXPECT_NE(output.failure().message.find("broken"), std::string::npos);
}

TEST(ProcessTest, WhatCannotBeRunIsAFailureAtOnce) {
    const auto missing = Process::Start({{"/nowhere/program"}, "/", ""}, Self());
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.failure().code, ExitCode::kConfiguration);
    const auto folder = Process::Start({{"/bin/true"}, "/nowhere", ""}, Self());
    ASSERT_FALSE(folder.ok());
    EXPECT_NE(folder.failure().message.find("/nowhere"), std::string::npos);
}

TEST(ProcessTest, AWaitEndsAtItsLimitAndTheProgramWithItsOwner) {
    pid_t id = 0;
    {
        auto process = Process::Start(Shell("exec sleep 1000"), Self());
        ASSERT_TRUE(process.ok());
        id = process->id();
        const Done ended = process->WaitForEnd(WaitLimit::In(milliseconds(30)));
        ASSERT_FALSE(ended.ok());
        EXPECT_EQ(ended.failure().code, ExitCode::kTimedOut);
        EXPECT_EQ(kill(id, 0), 0);
    }
    EXPECT_NE(kill(id, 0), 0) << "the program outlived its owner";
}

TEST(ProcessTest, WhatAProgramStartedIsWaitedForAsWell) {
    auto process = Process::Start(Shell("(sleep 0.2; echo last) & echo first"), Self());
    ASSERT_TRUE(process.ok());
    ASSERT_TRUE(process->WaitForEndOfAll(WaitLimit::In(seconds(20))).ok());
    EXPECT_EQ(process->output(), "first\nlast\n");
    EXPECT_TRUE(process->Succeeded());
}

TEST(ProcessTest, WhatAProgramLeavesRunningEndsWithItsOwner) {
    ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);  // so that its end is ours to see
    pid_t left = 0;
    {
        auto process = Process::Start(Shell("sleep 20 & echo $!"), Self());
        ASSERT_TRUE(process.ok());
        const Done ended = process->WaitForEndOfAll(WaitLimit::In(milliseconds(300)));
        ASSERT_FALSE(ended.ok());
        EXPECT_EQ(ended.failure().code, ExitCode::kTimedOut);
        left = std::stoi(process->output());
    }
    int status = 0;
    ASSERT_EQ(waitpid(left, &status, 0), left);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it outlived the owner of the program that started it";
    ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

TEST(ProcessTest, ADetachedProgramGoesOn) {
    pid_t id = 0;
    {
        auto process = Process::Start(Shell("exec sleep 1000"), Self());
        ASSERT_TRUE(process.ok());
        id = process->id();
        process->Detach();
    }
    EXPECT_EQ(kill(id, SIGKILL), 0);
}

TEST(ProcessTest, AProgramThatIsAskedToEndMayEndInOrder) {
    auto process = Process::Start(
        Shell("trap 'echo in order; exit 4' TERM; echo ready; while :; do sleep 0.01; done"),
        Self());
    ASSERT_TRUE(process.ok());
    const WaitLimit limit = WaitLimit::In(seconds(20));
    while (process->output() != "ready\n") {
        std::vector<pollfd> none;
        ASSERT_EQ(Wait(none, limit, milliseconds(5)), WaitEnd::kPaused);
        ASSERT_FALSE(process->Poll());
    }
    process->AskToEnd();
    ASSERT_TRUE(process->WaitForEnd(limit).ok());
    EXPECT_EQ(process->HowItEnded(), "exit code 4");
    EXPECT_EQ(process->output(), "ready\nin order\n");
}

TEST(ProcessTest, ProgramsGetNoVariablesOfPostgresql) {
    for (const char* name : {"PGHOSTADDR", "PGOPTIONS", "PGSSLMODE", "PGSPAN_X", "PG_COLOR"}) {
        setenv(name, "x", 1);
    }
    const auto output =
        control::Run(Shell("env | grep ^PG | sort"), Self(), WaitLimit::In(seconds(20)));
    ASSERT_TRUE(output.ok()) << output.failure().message;
    EXPECT_EQ(*output, "PGSPAN_X=x\nPG_COLOR=x\n");
    ForgetPostgresVariables({"PGOPTIONS"});
    EXPECT_STREQ(getenv("PGOPTIONS"), "x");
    EXPECT_EQ(getenv("PGHOSTADDR"), nullptr);
    EXPECT_EQ(getenv("PGSSLMODE"), nullptr);
}

TEST(InterruptionTest, ASignalEndsAWaitAndStaysPending) {
    auto interruption = Interruption::Watch();
    ASSERT_TRUE(interruption.ok());
    EXPECT_FALSE(interruption->Pending());
    std::vector<pollfd> none;
    EXPECT_EQ(Wait(none, WaitLimit::In(seconds(20), &*interruption), milliseconds(1)),
              WaitEnd::kPaused);
    ASSERT_EQ(raise(SIGINT), 0);
    EXPECT_TRUE(interruption->Pending());
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(Wait(none, WaitLimit::In(seconds(20), &*interruption)), WaitEnd::kInterrupted);
    }
    EXPECT_EQ(Wait(none, WaitLimit::In(milliseconds(1))), WaitEnd::kTimedOut)
        << "work that undoes something is not interrupted";
}

}  // namespace
}  // namespace pgspan::control
