// The generator is the same for the same seed, and its reducer keeps what matters alone.
#include <gtest/gtest.h>

#include "tests/generator/reducer.h"
#include "tests/generator/statement_maker.h"

namespace pgspan::test {
namespace {

std::string Everything(uint64_t seed) {
    Random random(seed);
    const Schema schema = MakeSchema(random);
    std::string text;
    for (const Table& table : schema.tables) text += table.create[0] + table.spread;
    StatementMaker maker(schema);
    for (uint64_t i = 0; i < 200; ++i) {
        for (const Syntax& step : maker.Make(seed + i).steps) text += Render(step) + ";\n";
    }
    return text;
}

TEST(Generator, SameSeedGivesTheSameStatements) {
    EXPECT_EQ(Everything(7), Everything(7));
    EXPECT_NE(Everything(7), Everything(8));
}

TEST(Generator, EverySchemaHasDistributedReferenceAndLocalTables) {
    for (uint64_t seed = 1; seed <= 50; ++seed) {
        Random random(seed);
        const Schema schema = MakeSchema(random);
        int kinds[4] = {};
        for (const Table& table : schema.tables) {
            ++kinds[static_cast<int>(table.kind)];
            EXPECT_EQ(table.spread.empty(), table.kind == Table::Kind::kLocal);
        }
        EXPECT_GE(kinds[0], 2);
        EXPECT_GE(kinds[1], 1);
        EXPECT_GE(kinds[2], 1);
    }
}

TEST(Syntax, OrdinalsCountTheColumnsThatAreLeft) {
    const Syntax select =
        Select(Sequence("SELECT ", List({"a", "b", "c"}), " ORDER BY ", Ordinals()));
    EXPECT_EQ(Render(select), "SELECT a, b, c ORDER BY 1, 2, 3");
    std::vector<std::string> simpler;
    for (const Syntax& syntax : Simplifications(select)) simpler.push_back(Render(syntax));
    EXPECT_EQ(simpler,
              (std::vector<std::string>{"SELECT b, c ORDER BY 1, 2", "SELECT a, c ORDER BY 1, 2",
                                        "SELECT a, b ORDER BY 1, 2"}));
}

TEST(Reducer, KeepsOnlyWhatShowsTheDifference) {
    Unit unit;
    unit.steps = {
        "harmless",
        Sequence("SELECT ",
                 List({"x", Choice("integer", "1", "abs(", Choice("integer", "1", "culprit"), ")"),
                       "y"}),
                 Optional(" WHERE z"))};
    int trials = 0;
    const Unit reduced = Reduce(
        unit,
        [&](const Unit& candidate) {
            ++trials;
            return Render(candidate.steps.back()).find("culprit") != std::string::npos;
        },
        100);
    ASSERT_EQ(reduced.steps.size(), 1U);
    EXPECT_EQ(Render(reduced.steps[0]), "SELECT culprit");
    EXPECT_LE(trials, 20);
}

}  // namespace
}  // namespace pgspan::test
