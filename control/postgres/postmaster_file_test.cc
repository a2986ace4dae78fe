// Proves how postmaster.pid is read, whole and in the making.
#include "control/postgres/postmaster_file.h"

#include <gtest/gtest.h>

namespace pgspan::control {
namespace {

TEST(PostmasterFileTest, ReadsProcessAndState) {
    const std::string head = "123\n/data\n1700000000\n9700\n/socket\n127.0.0.1\n  1 2\n";
    const auto ready = ParsePostmasterFile(head + "ready   \n");
    ASSERT_TRUE(ready.ok());
    EXPECT_EQ(ready->process, 123);
    EXPECT_TRUE(ready->ready);
    const auto starting = ParsePostmasterFile(head + "starting\n");
    ASSERT_TRUE(starting.ok());
    EXPECT_FALSE(starting->ready);
    const auto early = ParsePostmasterFile("123\n/data\n");
    ASSERT_TRUE(early.ok());
    EXPECT_FALSE(early->ready);
}

TEST(PostmasterFileTest, WhatIsNoProcessIsAnError) {
    for (const char* text : {"", "\n", "abc\n", "12x\n", "1\n", "0\n", "99999999999999\n"}) {
        EXPECT_FALSE(ParsePostmasterFile(text).ok()) << text;
    }
}

}  // namespace
}  // namespace pgspan::control
