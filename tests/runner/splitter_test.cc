// Proves that scripts are split where psql would split them, and that directives reach their
// statement.
#include "tests/runner/splitter.h"

#include <gtest/gtest.h>

namespace pgspan::test {
namespace {

std::vector<std::string> Texts(std::string_view script) {
    Result<std::vector<Statement>> statements = SplitStatements(script);
    if (!statements) return {"FAILED: " + statements.error().message};
    std::vector<std::string> texts;
    for (const Statement& statement : *statements) texts.push_back(statement.text);
    return texts;
}

using Strings = std::vector<std::string>;

TEST(SplitterTest, SplitsAtSemicolons) {
    EXPECT_EQ(Texts("select 1; select 2;\n"), (Strings{"select 1", "select 2"}));
}

TEST(SplitterTest, KeepsALastStatementWithoutSemicolon) {
    EXPECT_EQ(Texts("select 1;\nselect 2\n"), (Strings{"select 1", "select 2"}));
}

TEST(SplitterTest, SkipsEmptyStatements) {
    EXPECT_EQ(Texts(";;select 1;;"), (Strings{"select 1"}));
}

TEST(SplitterTest, SemicolonsInQuotesDoNotSplit) {
    EXPECT_EQ(Texts("select ';', \"a;b\", 'it''s;';"), (Strings{"select ';', \"a;b\", 'it''s;'"}));
}

TEST(SplitterTest, BackslashEscapesOnlyInEscapeStrings) {
    EXPECT_EQ(Texts("select E'\\';', 1; select '\\'; select 2"),
              (Strings{"select E'\\';', 1", "select '\\'", "select 2"}));
}

TEST(SplitterTest, AWordThatEndsInEIsNoEscapeString) {
    EXPECT_EQ(Texts("select date'2024-01-01\\'; select 2"),
              (Strings{"select date'2024-01-01\\'", "select 2"}));
}

TEST(SplitterTest, SemicolonsInDollarQuotesDoNotSplit) {
    EXPECT_EQ(Texts("do $$ a; $x$ b; $$; select $x$ $$ ; $x$;"),
              (Strings{"do $$ a; $x$ b; $$", "select $x$ $$ ; $x$"}));
}

TEST(SplitterTest, ParametersAreNoDollarQuotes) {
    EXPECT_EQ(Texts("select $1; select $2"), (Strings{"select $1", "select $2"}));
}

TEST(SplitterTest, DollarsInsideWordsAreNoDollarQuotes) {
    EXPECT_EQ(Texts("select a$b$c; select a$b$d"), (Strings{"select a$b$c", "select a$b$d"}));
}

TEST(SplitterTest, SemicolonsInCommentsDoNotSplit) {
    EXPECT_EQ(Texts("select /* ; /* ; */ ; */ 1 -- ; \n, 2;"),
              (Strings{"select /* ; /* ; */ ; */ 1 -- ; \n, 2"}));
}

TEST(SplitterTest, SemicolonsInParenthesesDoNotSplit) {
    EXPECT_EQ(Texts("create rule r as on insert to t do (select 1; select 2); select 3;"),
              (Strings{"create rule r as on insert to t do (select 1; select 2)", "select 3"}));
}

TEST(SplitterTest, BodiesOfSqlFunctionsStayWhole) {
    EXPECT_EQ(Texts("create function f() returns int begin atomic select 1; select case when true "
                    "then 2 end; end; select 3;"),
              (Strings{"create function f() returns int begin atomic select 1; select case when "
                       "true then 2 end; end",
                       "select 3"}));
}

TEST(SplitterTest, CopyDataBelongsToItsStatement) {
    Result<std::vector<Statement>> statements =
        SplitStatements("copy t from stdin;\n1\ta;b\n'\n\\.\nselect 1;");
    ASSERT_TRUE(statements.ok());
    ASSERT_EQ(statements->size(), 2U);
    EXPECT_EQ((*statements)[0].text, "copy t from stdin");
    EXPECT_EQ((*statements)[0].copy_data, "1\ta;b\n'\n");
    EXPECT_EQ((*statements)[1].text, "select 1");
    EXPECT_EQ((*statements)[1].line, 5);
}

TEST(SplitterTest, CopyOfNoRowsHasNoData) {
    Result<std::vector<Statement>> statements =
        SplitStatements("COPY t (a, b) FROM STDIN WITH (FORMAT csv);\n\\.\n");
    ASSERT_TRUE(statements.ok());
    ASSERT_EQ(statements->size(), 1U);
    EXPECT_EQ((*statements)[0].copy_data, "");
}

TEST(SplitterTest, CopyToStdoutReadsNoData) {
    EXPECT_EQ(Texts("copy t to stdout;\nselect 1;"), (Strings{"copy t to stdout", "select 1"}));
}

TEST(SplitterTest, DirectivesBelongToTheNextStatement) {
    Result<std::vector<Statement>> statements =
        SplitStatements("-- plain\n-- @expect 0A000 why\nselect 1;\nselect 2; -- @ordered\n");
    ASSERT_TRUE(statements.ok());
    ASSERT_EQ(statements->size(), 3U);
    ASSERT_EQ((*statements)[0].directives.size(), 1U);
    EXPECT_EQ((*statements)[0].directives[0].word, "expect");
    EXPECT_EQ((*statements)[0].directives[0].argument, "0A000 why");
    EXPECT_EQ((*statements)[0].directives[0].line, 2);
    EXPECT_EQ((*statements)[0].line, 3);
    EXPECT_TRUE((*statements)[1].directives.empty());
    EXPECT_EQ((*statements)[2].text, "");
    EXPECT_EQ((*statements)[2].directives[0].word, "ordered");
}

TEST(SplitterTest, UnterminatedPiecesAreErrorsWithTheirLine) {
    EXPECT_EQ(Texts("select 1;\nselect 'x"),
              (Strings{"FAILED: line 2: a quote or comment is not terminated"}));
    EXPECT_EQ(Texts("select /* x"),
              (Strings{"FAILED: line 1: a quote or comment is not terminated"}));
    EXPECT_EQ(Texts("\ncopy t from stdin;\n1\n"),
              (Strings{"FAILED: line 2: the data of COPY has no line \\."}));
}

TEST(SplitterTest, PsqlCommandsAreErrors) {
    EXPECT_EQ(Texts("\\echo x\n"), (Strings{"FAILED: line 1: psql's commands are not supported"}));
}

TEST(OrderedTest, OnlyOrderByOutsideParenthesesCounts) {
    EXPECT_TRUE(OrderedAtTopLevel("select 1 order by 1"));
    EXPECT_TRUE(OrderedAtTopLevel("select (1) ORDER /* x */\n BY 1 limit 3"));
    EXPECT_FALSE(OrderedAtTopLevel("select * from (select 1 order by 1) x"));
    EXPECT_FALSE(OrderedAtTopLevel("select rank() over (order by a) from t"));
    EXPECT_FALSE(OrderedAtTopLevel("select 'order by' from t -- order by"));
}

}  // namespace
}  // namespace pgspan::test
