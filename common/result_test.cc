// Proves that Result keeps the value or the error it was made from.
#include "common/result.h"

#include <gtest/gtest.h>

namespace pgspan {
namespace {

TEST(ResultTest, HoldsTheValueItWasMadeFrom) {
    Result<std::string> r(std::string("x"));
    ASSERT_TRUE(r.ok());
    EXPECT_EQ(*r, "x");
}

TEST(ResultTest, HoldsTheErrorItWasMadeFrom) {
    Result<std::string> r(Error{"no room", "free some"});
    ASSERT_FALSE(r.ok());
    EXPECT_EQ(r.error().message, "no room");
    EXPECT_EQ(r.error().hint, "free some");
}

}  // namespace
}  // namespace pgspan
