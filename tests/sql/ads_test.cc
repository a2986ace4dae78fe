// Proves that the real files of the multi-tenant ads application load with COPY, and that counts,
// joins and aggregates over them equal those of one PostgreSQL. PGSPAN_TEST_ADS names their folder;
// skipped without it.
#include "tests/harness/cluster_test.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace pgspan::test {
namespace {

constexpr const char* kSchema[] = {
    "CREATE TABLE companies (id bigint PRIMARY KEY, name text NOT NULL, image_url text, created_at "
    "timestamp NOT NULL, updated_at timestamp NOT NULL)",
    "CREATE TABLE campaigns (id bigint, company_id bigint REFERENCES companies (id), name text NOT "
    "NULL, cost_model text NOT NULL, state text NOT NULL, monthly_budget bigint, "
    "blacklisted_site_urls text[], created_at timestamp NOT NULL, updated_at timestamp NOT NULL, "
    "PRIMARY KEY (company_id, id))",
    "CREATE TABLE ads (id bigint, company_id bigint, campaign_id bigint, name text NOT NULL, "
    "image_url text, target_url text, impressions_count bigint DEFAULT 0, clicks_count bigint "
    "DEFAULT 0, created_at timestamp NOT NULL, updated_at timestamp NOT NULL, PRIMARY KEY "
    "(company_id, id), FOREIGN KEY (company_id, campaign_id) REFERENCES campaigns (company_id, "
    "id))",
    "CREATE TABLE geo_ips (addrs cidr PRIMARY KEY, latlon point NOT NULL CHECK (-90 <= latlon[0] "
    "AND latlon[0] <= 90 AND -180 <= latlon[1] AND latlon[1] <= 180))",
    "CREATE INDEX ON geo_ips USING gist (addrs inet_ops)"};

constexpr const char* kDistribution[] = {
    "SELECT create_distributed_table('companies', 'id')",
    "SELECT create_distributed_table('campaigns', 'company_id')",
    "SELECT create_distributed_table('ads', 'company_id')",
    "SELECT create_reference_table('geo_ips')"};

constexpr const char* kQueries[] = {
    "SELECT count(*) FROM companies",
    "SELECT count(*) FROM campaigns",
    "SELECT count(*) FROM ads",
    "SELECT count(*) FROM geo_ips",
    "SELECT name, cost_model, state, monthly_budget FROM campaigns WHERE company_id = 5 ORDER BY "
    "monthly_budget DESC LIMIT 10",
    "SELECT * FROM ads WHERE company_id = 7",
    "SELECT campaigns.id, campaigns.name, campaigns.monthly_budget, sum(impressions_count) AS "
    "total_impressions, sum(clicks_count) AS total_clicks FROM ads, campaigns WHERE ads.company_id "
    "= campaigns.company_id AND campaigns.id = ads.campaign_id AND campaigns.company_id = 5 AND "
    "campaigns.state = 'running' GROUP BY campaigns.id, campaigns.name, campaigns.monthly_budget",
    "SELECT state, cost_model, count(*), sum(monthly_budget), avg(monthly_budget) FROM campaigns "
    "GROUP BY state, cost_model",
    "SELECT c.name, count(a.id), sum(a.clicks_count) FROM companies c LEFT JOIN ads a ON "
    "a.company_id = c.id GROUP BY c.name",
    "SELECT c.company_id, c.id, rank() OVER (PARTITION BY c.company_id ORDER BY sum(clicks_count) "
    "DESC, c.id) FROM campaigns c JOIN ads a ON a.company_id = c.company_id AND a.campaign_id = "
    "c.id GROUP BY c.company_id, c.id",
    "SELECT count(DISTINCT campaign_id), max(updated_at), min(created_at) FROM ads",
    "SELECT unnest(blacklisted_site_urls) AS url, count(*) FROM campaigns GROUP BY 1",
    "SELECT masklen(addrs), count(*), avg(latlon[0]::numeric) FROM geo_ips GROUP BY 1",
    "SELECT addrs, latlon::text FROM geo_ips WHERE addrs >>= '72.168.1.1'::inet",
    "SELECT * FROM ads ORDER BY clicks_count DESC, id LIMIT 20",
    "SELECT company_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY monthly_budget) FROM campaigns "
    "GROUP BY company_id",
    "SELECT id, name FROM companies WHERE NOT EXISTS (SELECT 1 FROM campaigns WHERE company_id = "
    "companies.id AND state = 'running')"};

std::string ReadFile(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

class AdsTest : public ClusterTest {};

TEST_F(AdsTest, TheRealFilesAnswerAsOnOnePostgres) {
    const char* folder = std::getenv("PGSPAN_TEST_ADS");
    if (folder == nullptr || !std::filesystem::exists(std::filesystem::path(folder) / "ads.csv")) {
        GTEST_SKIP() << "the files of the ads application are not here (PGSPAN_TEST_ADS)";
    }
    for (const char* sql : kSchema) OnBoth(sql);
    for (const char* sql : kDistribution) OnCluster(sql);
    for (const std::string table : {"companies", "campaigns", "ads", "geo_ips"}) {
        const std::string data = ReadFile(std::filesystem::path(folder) / (table + ".csv"));
        ASSERT_FALSE(data.empty()) << table;
        OnBoth("COPY " + table + " FROM STDIN WITH (FORMAT csv)", data);
        ASSERT_GT(Number("SELECT count(*) FROM " + table), 0) << table;
    }
    for (const char* sql : kQueries) ExpectSameAnswer(sql);
    EXPECT_EQ(OnCluster(kQueries[4]).rows.size(), 9U);
}

}  // namespace
}  // namespace pgspan::test
