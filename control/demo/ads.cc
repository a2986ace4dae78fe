// The data of the ads demo.
#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "control/demo/copy_text.h"
#include "control/demo/demo.h"
#include "control/demo/demo_texts.h"
#include "control/demo/random.h"
#include "control/demo/words.h"

namespace pgspan::control {
namespace {

constexpr uint64_t kSeed = 5;
constexpr int64_t kCompanies = 48;
constexpr int64_t kFixedCompany = 5;
constexpr int64_t kGeoBlocks = 4096;
constexpr int64_t kClicks = 12000;
constexpr int64_t kImpressions = 30000;
constexpr int64_t kFirstTime = 1704067200;  // 2024-01-01
constexpr int64_t kPeriod = 180 * 86400;

struct FixedCampaign {
    const char* name;
    const char* cost_model;
    const char* state;
    int64_t monthly_budget;
};

// Company 5's, as the tutorial's readers know them.
constexpr std::array<FixedCampaign, 9> kFixedCampaigns{{
    {"Supah Bat Lord", "cost_per_impression", "archived", 4307},
    {"Shocker", "cost_per_impression", "paused", 3914},
    {"Giant Toxin Girl", "cost_per_click", "running", 4057},
    {"Supah Scorpion Wolf", "cost_per_impression", "running", 7420},
    {"Lyja", "cost_per_click", "archived", 2369},
    {"Captain Annihilus", "cost_per_click", "archived", 9352},
    {"Agent Rachel Pirzad of Hearts", "cost_per_click", "archived", 3538},
    {"Giant Maya Herrera I", "cost_per_click", "archived", 3712},
    {"Dark Groot Boy", "cost_per_impression", "running", 6496},
}};

constexpr std::array<std::string_view, 2> kCostModels{"cost_per_click", "cost_per_impression"};
constexpr std::array<std::string_view, 3> kStates{"running", "paused", "archived"};
constexpr std::array<std::string_view, 12> kCountries{"BR", "CA", "DE", "ES", "FR", "GB",
                                                      "IN", "JP", "MX", "NG", "PL", "US"};

struct Campaign {
    int64_t company;
    FixedCampaign fixed;  // its name is empty for generated ones
};

struct Ad {
    int64_t company;
    int64_t campaign;
    int64_t clicks = 0;
    int64_t impressions = 0;
};

struct GeoBlock {
    uint32_t address;
    int prefix;
};

class AdsData {
  public:
    Demo Make() {
        Demo demo{"ads", kAdsSchema, kAdsDistribute, {}, {}, kAdsTry};
        MakeGeoBlocks();
        MakeCampaigns();
        MakeAds();
        // Before the ads are written: they count their events.
        const DemoTable clicks = Events("clicks", kClicks, &Ad::clicks, 5, 150);
        const DemoTable impressions = Events("impressions", kImpressions, &Ad::impressions, 1, 20);
        demo.tables = {Companies(), Campaigns(), Ads(), clicks, impressions, GeoIps()};
        for (const DemoTable& table : demo.tables) {
            // Rows that users insert are numbered on.
            if (table.name == "geo_ips") continue;
            demo.after.push_back(
                fmt::format("SELECT setval('{}_id_seq', {})", table.name, table.rows));
        }
        return demo;
    }

  private:
    std::string Time() { return Timestamp(kFirstTime + random_.Between(0, kPeriod)); }

    std::string Site() {
        return fmt::format("http://{}-{}.example/{}", random_.OneOf(kAdjectives),
                           random_.OneOf(kNouns), random_.Between(1, 999));
    }

    void MakeGeoBlocks() {
        // Blocks of a /14 from 11.0.0.0 on, each used from its beginning: they never overlap.
        for (int64_t i = 0; i < kGeoBlocks; i++) {
            geo_blocks_.push_back({static_cast<uint32_t>(0x0B000000 + (i << 18)),
                                   static_cast<int>(random_.Between(14, 24))});
        }
    }

    void MakeCampaigns() {
        for (int64_t company = 1; company <= kCompanies; company++) {
            if (company == kFixedCompany) {
                for (const FixedCampaign& fixed : kFixedCampaigns)
                    campaigns_.push_back({company, fixed});
                continue;
            }
            const int64_t count = random_.Between(4, 20);
            for (int64_t i = 0; i < count; i++) campaigns_.push_back({company, {"", "", "", 0}});
        }
    }

    void MakeAds() {
        for (size_t i = 0; i < campaigns_.size(); i++) {
            const int64_t count = random_.Between(3, 10);
            for (int64_t j = 0; j < count; j++) {
                ads_.push_back({campaigns_[i].company, static_cast<int64_t>(i) + 1});
            }
        }
    }

    DemoTable Companies() {
        CopyText text;
        for (int64_t id = 1; id <= kCompanies; id++) {
            const std::string time = Time();
            text.Add(id)
                .Add(fmt::format("{} {}", random_.OneOf(kFirstNames), random_.OneOf(kLastNames)))
                .Add(fmt::format("https://images.example/companies/{}.png", id))
                .Add(time)
                .Add(time);
            text.EndRow();
        }
        return {"companies", text.text(), text.rows()};
    }

    DemoTable Campaigns() {
        CopyText text;
        for (size_t i = 0; i < campaigns_.size(); i++) {
            const FixedCampaign& fixed = campaigns_[i].fixed;
            text.Add(i + 1).Add(campaigns_[i].company);
            if (*fixed.name != '\0') {
                text.Add(fixed.name)
                    .Add(fixed.cost_model)
                    .Add(fixed.state)
                    .Add(fixed.monthly_budget);
            } else {
                text.Add(fmt::format("{} {}", random_.OneOf(kAdjectives), random_.OneOf(kNouns)))
                    .Add(random_.OneOf(kCostModels))
                    .Add(random_.OneOf(kStates))
                    .Add(random_.Between(500, 9999));
            }
            if (random_.OneIn(4)) {
                text.Add(fmt::format("{{{},{}}}", Site(), Site()));
            } else {
                text.AddNull();
            }
            const std::string time = Time();
            text.Add(time).Add(time);
            text.EndRow();
        }
        return {"campaigns", text.text(), text.rows()};
    }

    DemoTable Ads() {
        CopyText text;
        for (size_t i = 0; i < ads_.size(); i++) {
            const Ad& ad = ads_[i];
            const std::string time = Time();
            text.Add(i + 1)
                .Add(ad.company)
                .Add(ad.campaign)
                .Add(fmt::format("{} {}", random_.OneOf(kAdjectives), random_.OneOf(kGoods)))
                .Add(fmt::format("https://images.example/ads/{}.png", i + 1))
                .Add(Site())
                .Add(ad.impressions)
                .Add(ad.clicks)
                .Add(time)
                .Add(time);
            text.EndRow();
        }
        return {"ads", text.text(), text.rows()};
    }

    // Clicks or impressions, with a cost between these limits in US cents.
    DemoTable Events(const char* name, int64_t count, int64_t Ad::*counter, int64_t least_cost,
                     int64_t most_cost) {
        CopyText text;
        for (int64_t id = 1; id <= count; id++) {
            // The smaller of two: some ads are seen much more than others.
            const int64_t last = static_cast<int64_t>(ads_.size()) - 1;
            const int64_t one = random_.Between(0, last);
            const int64_t other = random_.Between(0, last);
            const auto chosen = static_cast<size_t>(std::min(one, other) * 7919 % (last + 1));
            Ad& ad = ads_[chosen];
            (ad.*counter)++;
            text.Add(id)
                .Add(ad.company)
                .Add(chosen + 1)
                .Add(Time())
                .Add(Site())
                .Add(random_.Between(least_cost, most_cost) * 100000000, 10)
                .Add(UserAddress())
                .Add(fmt::format(R"({{"location": "{}", "is_mobile": {}}})",
                                 random_.OneOf(kCountries), random_.OneIn(3) ? "false" : "true"));
            text.EndRow();
        }
        return {name, text.text(), text.rows()};
    }

    // Nearly always one whose place is known.
    std::string UserAddress() {
        uint32_t address = 0xC0000200 + static_cast<uint32_t>(random_.Between(1, 254));
        if (!random_.OneIn(20)) {
            const auto chosen = static_cast<size_t>(random_.Between(0, kGeoBlocks - 1));
            const GeoBlock& block = geo_blocks_[chosen];
            const int64_t size = int64_t{1} << (32 - block.prefix);
            address = block.address + static_cast<uint32_t>(random_.Between(0, size - 1));
        }
        return AddressText(address);
    }

    static std::string AddressText(uint32_t address) {
        return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 255, address >> 8 & 255,
                           address & 255);
    }

    DemoTable GeoIps() {
        CopyText text;
        for (const GeoBlock& block : geo_blocks_) {
            const int64_t latitude = random_.Between(0, 1400) - 600;    // tenths of a degree
            const int64_t longitude = random_.Between(0, 3590) - 1790;  // within the limits
            text.Add(fmt::format("{}/{}", AddressText(block.address), block.prefix))
                .Add(fmt::format("({:.1f},{:.1f})", static_cast<double>(latitude) / 10,
                                 static_cast<double>(longitude) / 10));
            text.EndRow();
        }
        return {"geo_ips", text.text(), text.rows()};
    }

    Random random_{kSeed};
    std::vector<GeoBlock> geo_blocks_;
    std::vector<Campaign> campaigns_;
    std::vector<Ad> ads_;
};

}  // namespace

Demo MakeAdsDemo() {
    return AdsData().Make();
}

}  // namespace pgspan::control
