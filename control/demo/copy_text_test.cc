// Proves COPY's text format: separators, escapes, NULL, decimals, times.
#include "control/demo/copy_text.h"

#include <gtest/gtest.h>

namespace pgspan::control {
namespace {

TEST(CopyTextTest, WritesRowsAndEscapes) {
    CopyText text;
    text.Add(1).Add("a\tb\\c\nd\re").AddNull().Add("").Add(-5);
    text.EndRow();
    text.Add(2);
    text.EndRow();
    EXPECT_EQ(text.text(), "1\ta\\tb\\\\c\\nd\\re\t\\N\t\t-5\n2\n");
    EXPECT_EQ(text.rows(), 2);
}

TEST(CopyTextTest, Decimals) {
    EXPECT_EQ(Decimal(1250, 2), "12.50");
    EXPECT_EQ(Decimal(5, 4), "0.0005");
    EXPECT_EQ(Decimal(7, 0), "7");
}

TEST(CopyTextTest, Timestamps) {
    EXPECT_EQ(Timestamp(0), "1970-01-01 00:00:00");
    EXPECT_EQ(Timestamp(1704067200), "2024-01-01 00:00:00");
    EXPECT_EQ(Timestamp(1709210096), "2024-02-29 12:34:56");
}

}  // namespace
}  // namespace pgspan::control
