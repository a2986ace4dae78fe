// Proves that slots are filled, and that a template and its values cannot drift apart unseen.
#include "control/postgres/template.h"

#include <gtest/gtest.h>

namespace pgspan::control {
namespace {

TEST(TemplateTest, FillsEverySlotAndLeavesTheRestAlone) {
    const auto text = Render("{{a}}-{b}-{{c}}{{a}}\n", {{"a", "1"}, {"c", "{{a}}"}});
    ASSERT_TRUE(text.ok());
    EXPECT_EQ(*text, "1-{b}-{{a}}1\n") << "values are not rendered again";
}

TEST(TemplateTest, MissingAndUnusedValuesAreErrors) {
    EXPECT_FALSE(Render("{{a}}", {}).ok());
    EXPECT_FALSE(Render("text", {{"a", "1"}}).ok());
    EXPECT_FALSE(Render("{{a", {{"a", "1"}}).ok());
    EXPECT_TRUE(Render("", {}).ok());
}

}  // namespace
}  // namespace pgspan::control
