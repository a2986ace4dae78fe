// Proves that names are replaced as tokens, and left alone inside literals, quoted identifiers and
// longer names.
#include "engine/placement/sql_template.h"

#include <gtest/gtest.h>

namespace pgspan::placement {
namespace {

std::string Replace(std::string_view sql) {
    return ReplaceNames(sql, {{"d.t_t1", "d.t_9"}, {"d.\"T_t2\"", "d.\"T_10\""}});
}

TEST(SqlTemplateTest, ReplacesWholeNames) {
    EXPECT_EQ(Replace("SELECT a.x FROM d.t_t1 a, d.\"T_t2\" b"),
              "SELECT a.x FROM d.t_9 a, d.\"T_10\" b");
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

TEST(SqlTemplateTest, FillsTheSlotOfEveryMarker) {
    EXPECT_EQ(
        FillSlot(
            "pgspan.task_shards(1, '@s@'::text, false) OR pgspan.task_shards(2, '@s@'::text, true)",
            "@s@", "0-3"),
        "pgspan.task_shards(1, '0-3'::text, false) OR pgspan.task_shards(2, '0-3'::text, true)");
}

TEST(SqlTemplateTest, LeavesAUsersLiteralOfTheSameTextAlone) {
    EXPECT_EQ(
        FillSlot("x = '@s@' AND pgspan.task_shards(1, '@s@', false) AND y = '@s@'", "@s@", "5"),
        "x = '@s@' AND pgspan.task_shards(1, '5', false) AND y = '@s@'");
    EXPECT_EQ(FillSlot("'pgspan.task_shards' = '@s@'", "@s@", "5"), "'pgspan.task_shards' = '@s@'");
}

TEST(SqlTemplateTest, SplitsAnInsertAroundItsRow) {
    const auto [head, tail] =
        SplitInsert("INSERT INTO d.t_t1 AS \"VALUES (\" (a) VALUES ($1, $2) RETURNING f(a)");
    EXPECT_EQ(head, "INSERT INTO d.t_t1 AS \"VALUES (\" (a) ");
    EXPECT_EQ(tail, " RETURNING f(a)");
}

}  // namespace
}  // namespace pgspan::placement
