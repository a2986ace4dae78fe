// Proves that the demos' data fits its schema: keys are unique, foreign keys lead somewhere, counts
// agree, nothing differs from run to run, and company 5 has its nine campaigns.
#include "control/demo/demo.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace pgspan::control {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows RowsOf(const Demo& demo, const std::string& name) {
    const auto table = std::find_if(demo.tables.begin(), demo.tables.end(),
                                    [&](const DemoTable& each) { return each.name == name; });
    Rows rows;
    if (table == demo.tables.end()) return rows;
    std::vector<std::string> row(1);
    for (char c : table->data) {
        if (c == '\n') {
            rows.push_back(std::move(row));
            row.assign(1, "");
        } else if (c == '\t') {
            row.emplace_back();
        } else {
            row.back() += c;
        }
    }
    EXPECT_EQ(static_cast<int64_t>(rows.size()), table->rows);
    return rows;
}

using Key = std::vector<std::string>;

Key KeyOf(const std::vector<std::string>& row, const std::vector<size_t>& columns) {
    Key key;
    for (size_t column : columns) key.push_back(row.at(column));
    return key;
}

std::set<Key> Unique(const Rows& rows, const std::vector<size_t>& columns) {
    std::set<Key> keys;
    for (const auto& row : rows) {
        EXPECT_TRUE(keys.insert(KeyOf(row, columns)).second) << row.front() << " is there twice";
    }
    return keys;
}

void ExpectReferences(const Rows& rows, const std::vector<size_t>& columns,
                      const std::set<Key>& keys) {
    for (const auto& row : rows) {
        ASSERT_TRUE(keys.contains(KeyOf(row, columns))) << "row " << row.front();
    }
}

TEST(AdsDemoTest, CompanyFiveHasTheNineCampaignsOfTheTutorial) {
    std::set<Key> found;
    for (const auto& row : RowsOf(MakeAdsDemo(), "campaigns")) {
        if (row[1] == "5") found.insert({row[2], row[3], row[4], row[5]});
    }
    EXPECT_EQ(found, (std::set<Key>{
                         {"Captain Annihilus", "cost_per_click", "archived", "9352"},
                         {"Supah Scorpion Wolf", "cost_per_impression", "running", "7420"},
                         {"Dark Groot Boy", "cost_per_impression", "running", "6496"},
                         {"Supah Bat Lord", "cost_per_impression", "archived", "4307"},
                         {"Giant Toxin Girl", "cost_per_click", "running", "4057"},
                         {"Shocker", "cost_per_impression", "paused", "3914"},
                         {"Giant Maya Herrera I", "cost_per_click", "archived", "3712"},
                         {"Agent Rachel Pirzad of Hearts", "cost_per_click", "archived", "3538"},
                         {"Lyja", "cost_per_click", "archived", "2369"},
                     }));
}

TEST(AdsDemoTest, KeysHold) {
    const Demo demo = MakeAdsDemo();
    const std::set<Key> companies = Unique(RowsOf(demo, "companies"), {0});
    const std::set<Key> campaigns = Unique(RowsOf(demo, "campaigns"), {1, 0});
    const std::set<Key> ads = Unique(RowsOf(demo, "ads"), {1, 0});
    ExpectReferences(RowsOf(demo, "campaigns"), {1}, companies);
    ExpectReferences(RowsOf(demo, "ads"), {1, 2}, campaigns);
    for (const char* events : {"clicks", "impressions"}) {
        Unique(RowsOf(demo, events), {1, 0});
        ExpectReferences(RowsOf(demo, events), {1, 2}, ads);
    }
    Unique(RowsOf(demo, "geo_ips"), {0});
    EXPECT_GE(companies.size(), 40U);
    EXPECT_GE(campaigns.size(), 400U);
    EXPECT_GE(ads.size(), 2000U);
}

TEST(AdsDemoTest, AdsCountTheirEvents) {
    const Demo demo = MakeAdsDemo();
    std::map<std::string, int64_t> clicks;
    std::map<std::string, int64_t> impressions;
    for (const auto& row : RowsOf(demo, "clicks")) clicks[row[2]]++;
    for (const auto& row : RowsOf(demo, "impressions")) impressions[row[2]]++;
    for (const auto& row : RowsOf(demo, "ads")) {
        ASSERT_EQ(row[6], std::to_string(impressions[row[0]]));
        ASSERT_EQ(row[7], std::to_string(clicks[row[0]]));
    }
}

TEST(ShopDemoTest, KeysHold) {
    const Demo demo = MakeShopDemo();
    const std::set<Key> items = Unique(RowsOf(demo, "item"), {0});
    const std::set<Key> warehouses = Unique(RowsOf(demo, "warehouse"), {0});
    const std::set<Key> districts = Unique(RowsOf(demo, "district"), {0, 1});
    const std::set<Key> customers = Unique(RowsOf(demo, "customer"), {0, 1, 2});
    const std::set<Key> orders = Unique(RowsOf(demo, "orders"), {0, 1, 2});
    Unique(RowsOf(demo, "stock"), {0, 1});
    Unique(RowsOf(demo, "order_line"), {0, 1, 2, 3});
    ExpectReferences(RowsOf(demo, "district"), {0}, warehouses);
    ExpectReferences(RowsOf(demo, "customer"), {0, 1}, districts);
    ExpectReferences(RowsOf(demo, "stock"), {0}, warehouses);
    ExpectReferences(RowsOf(demo, "stock"), {1}, items);
    ExpectReferences(RowsOf(demo, "orders"), {0, 1, 3}, customers);
    ExpectReferences(RowsOf(demo, "order_line"), {0, 1, 2}, orders);
    ExpectReferences(RowsOf(demo, "order_line"), {4}, items);
}

TEST(DemoTest, DataIsTheSameEveryTime) {
    EXPECT_EQ(DemoScript(MakeAdsDemo(), false), DemoScript(MakeAdsDemo(), false));
    EXPECT_EQ(DemoScript(MakeShopDemo(), false), DemoScript(MakeShopDemo(), false));
}

TEST(DemoTest, APlainScriptDistributesNothing) {
    for (const Demo& demo : {MakeAdsDemo(), MakeShopDemo()}) {
        EXPECT_EQ(DemoScript(demo, true).find("create_distributed_table"), std::string::npos);
        EXPECT_NE(DemoScript(demo, false).find("create_distributed_table"), std::string::npos);
    }
}

}  // namespace
}  // namespace pgspan::control
