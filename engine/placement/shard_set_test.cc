// Proves that a shard set survives its text form and that malformed text is refused.
#include "engine/placement/shard_set.h"

#include <gtest/gtest.h>

namespace pgspan::placement {
namespace {

TEST(ShardSetTest, SurvivesItsTextForm) {
    for (const std::vector<int>& set :
         {std::vector<int>{}, {0}, {0, 1, 2}, {1, 3, 5}, {0, 1, 7, 8, 9, 31}, {63999}}) {
        const auto parsed = ParseShardSet(FormatShardSet(set));
        ASSERT_TRUE(parsed.ok());
        EXPECT_EQ(*parsed, set);
    }
}

TEST(ShardSetTest, WritesRunsAsRanges) {
    EXPECT_EQ(FormatShardSet({0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
}

TEST(ShardSetTest, RefusesMalformedText) {
    for (const char* text :
         {"a", "1,", ",1", "2-1", "1-", "-1", "1,1", "3,2", "64000", "1 2", "99999999999"})
        EXPECT_FALSE(ParseShardSet(text).ok()) << text;
}

}  // namespace
}  // namespace pgspan::placement
