// Proves that names are replaced as tokens, and left alone inside literals, quoted identifiers and longer names.
#include "engine/placement/sql_template.h"

#include <gtest/gtest.h>

namespace pgspan::placement {
namespace {

std::string Replace(std::string_view sql) {
    return ReplaceNames(sql, {{"d.t_t1", "d.t_9"}, {"d.\"T_t2\"", "d.\"T_10\""}});
}

TEST(SqlTemplateTest, ReplacesWholeNames) {
    EXPECT_EQ(Replace("SELECT a.x FROM d.t_t1 a, d.\"T_t2\" b"), "SELECT a.x FROM d.t_9 a, d.\"T_10\" b");
}

TEST(SqlTemplateTest, LeavesLongerNamesAlone) {
    EXPECT_EQ(Replace("SELECT 1 FROM d.t_t11, xd.t_t1"), "SELECT 1 FROM d.t_t11, xd.t_t1");
}

TEST(SqlTemplateTest, LeavesLiteralsAndQuotedIdentifiersAlone) {
    EXPECT_EQ(Replace("SELECT 'd.t_t1', 'it''s d.t_t1', \"d.t_t1\" FROM d.t_t1"),
              "SELECT 'd.t_t1', 'it''s d.t_t1', \"d.t_t1\" FROM d.t_9");
    EXPECT_EQ(Replace("SELECT E'a\\\\' FROM d.t_t1"), "SELECT E'a\\\\' FROM d.t_9");
}

TEST(SqlTemplateTest, SurvivesAnUnterminatedLiteral) {
    EXPECT_EQ(Replace("SELECT 'd.t_t1"), "SELECT 'd.t_t1");
}

TEST(SqlTemplateTest, FillsASlot) {
    EXPECT_EQ(FillSlot("f('@s@')", "@s@", "0-3"), "f('0-3')");
    EXPECT_EQ(FillSlot("none", "@s@", "0-3"), "none");
}

}  // namespace
}  // namespace pgspan::placement
