// Proves that a difference between two servers' answers is found, and that what may differ does not
// count as one.
#include "tests/runner/comparison.h"

#include <gtest/gtest.h>

namespace pgspan::test {
namespace {

Answer Rows(std::vector<Row> rows, const std::string& type = "integer") {
    Answer answer;
    answer.kind = AnswerKind::kRows;
    answer.tag = "SELECT " + std::to_string(rows.size());
    for (size_t i = 0; !rows.empty() && i < rows[0].size(); ++i) {
        answer.columns.push_back({"c" + std::to_string(i), 0, -1, type});
    }
    answer.rows = std::move(rows);
    return answer;
}

Answer Failure(const std::string& sqlstate) {
    Answer answer;
    answer.kind = AnswerKind::kError;
    answer.sqlstate = sqlstate;
    return answer;
}

TEST(ComparisonTest, OrderCountsOnlyWhenAsked) {
    const Answer a = Rows({{"1"}, {"2"}});
    const Answer b = Rows({{"2"}, {"1"}});
    EXPECT_EQ(Difference(a, b, {}), "");
    EXPECT_NE(Difference(a, b, {.ordered = true}), "");
}

TEST(ComparisonTest, RepeatedRowsCount) {
    EXPECT_NE(Difference(Rows({{"1"}, {"1"}, {"2"}}), Rows({{"1"}, {"2"}, {"2"}}), {}), "");
}

TEST(ComparisonTest, NullIsNotTheEmptyString) {
    EXPECT_NE(Difference(Rows({{Value()}}), Rows({{Value("")}}), {}), "");
}

TEST(ComparisonTest, NamesAndTypesOfColumnsCount) {
    Answer renamed = Rows({{"1"}});
    renamed.columns[0].name = "other";
    EXPECT_NE(Difference(Rows({{"1"}}), renamed, {}), "");
    EXPECT_NE(Difference(Rows({{"1"}}), Rows({{"1"}}, "bigint"), {}), "");
}

TEST(ComparisonTest, ColumnsCountWithoutRows) {
    Answer one = Rows({});
    one.columns.push_back({"a", 0, -1, "integer"});
    EXPECT_NE(Difference(one, Rows({}), {}), "");
}

TEST(ComparisonTest, CommandTagsCount) {
    Answer two;
    two.tag = "UPDATE 2";
    Answer three;
    three.tag = "UPDATE 3";
    EXPECT_EQ(Difference(two, two, {}), "");
    EXPECT_NE(Difference(two, three, {}), "");
}

TEST(ComparisonTest, ErrorsAreEqualWhenTheirSqlstatesAre) {
    EXPECT_EQ(Difference(Failure("23505"), Failure("23505"), {}), "");
    EXPECT_NE(Difference(Failure("23505"), Failure("0A000"), {}), "");
    EXPECT_NE(Difference(Rows({{"1"}}), Failure("0A000"), {}), "");
}

TEST(ComparisonTest, ALostConnectionIsNeverEqual) {
    Answer lost;
    lost.kind = AnswerKind::kLost;
    EXPECT_NE(Difference(lost, lost, {}), "");
    lost.kind = AnswerKind::kTimeout;
    EXPECT_NE(Difference(lost, lost, {}), "");
}

TEST(ComparisonTest, FloatsMayDifferSlightlyOnlyWhenAsked) {
    const Answer a = Rows({{"0.30000000000000004"}, {"1"}}, "double precision");
    const Answer b = Rows({{"1"}, {"0.3"}}, "double precision");
    EXPECT_NE(Difference(a, b, {}), "");
    EXPECT_EQ(Difference(a, b, {.approximate = true}), "");
    const Answer far = Rows({{"1"}, {"0.3001"}}, "double precision");
    EXPECT_NE(Difference(a, far, {.approximate = true}), "");
}

TEST(ComparisonTest, NumericsMayNeverDiffer) {
    EXPECT_NE(Difference(Rows({{"0.30000000000000001"}}, "numeric"), Rows({{"0.3"}}, "numeric"),
                         {.approximate = true}),
              "");
}

TEST(ComparisonTest, LinesOfCopyAreComparedAsRows) {
    Answer a;
    a.kind = AnswerKind::kCopyOut;
    a.rows = {{"1\tx\n"}};
    Answer b = a;
    EXPECT_EQ(Difference(a, b, {}), "");
    b.rows = {{"1\ty\n"}};
    EXPECT_NE(Difference(a, b, {}), "");
}

}  // namespace
}  // namespace pgspan::test
