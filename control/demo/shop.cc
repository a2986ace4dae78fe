// The data of the shop demo.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "control/demo/copy_text.h"
#include "control/demo/demo.h"
#include "control/demo/demo_texts.h"
#include "control/demo/random.h"
#include "control/demo/words.h"

namespace pgspan::control {
namespace {

constexpr uint64_t kSeed = 7;
constexpr int kWarehouses = 8;
constexpr int kDistricts = 10;  // of each warehouse
constexpr int kCustomers = 30;  // of each district
constexpr int kOrders = 40;     // of each district
constexpr int kItems = 1000;
constexpr int kLinesMin = 3;
constexpr int kLinesMax = 9;
constexpr int kUndelivered = 8;             // the last orders of each district
constexpr int64_t kFirstTime = 1704067200;  // 2024-01-01
constexpr int64_t kOrderInterval = 4 * 3600;

class ShopData {
  public:
    Demo Make() {
        MakePrices();
        // Before the stock is written: it counts what is sold.
        auto [orders, lines] = OrdersAndLines();
        Demo demo{"shop", kShopSchema, kShopDistribute, {}, {}, kShopTry};
        demo.tables = {Items(), Warehouses(),      Districts(),     Customers(),
                       Stock(), std::move(orders), std::move(lines)};
        return demo;
    }

  private:
    void MakePrices() {
        for (int i = 0; i < kItems; i++) price_cents_.push_back(random_.Between(100, 20000));
        sold_.assign(kWarehouses * kItems, 0);
    }

    DemoTable Items() {
        CopyText text;
        for (int i = 0; i < kItems; i++) {
            text.Add(i + 1)
                .Add(fmt::format("{} {}", random_.OneOf(kAdjectives), random_.OneOf(kGoods)))
                .Add(price_cents_[static_cast<size_t>(i)], 2);
            text.EndRow();
        }
        return {"item", text.text(), text.rows()};
    }

    DemoTable Warehouses() {
        CopyText text;
        for (int warehouse = 1; warehouse <= kWarehouses; warehouse++) {
            text.Add(warehouse)
                .Add(fmt::format("Warehouse {}", random_.OneOf(kNouns)))
                .Add(random_.OneOf(kCities))
                .Add(random_.Between(0, 2000), 4)
                .Add(int64_t{0}, 2);
            text.EndRow();
        }
        return {"warehouse", text.text(), text.rows()};
    }

    DemoTable Districts() {
        CopyText text;
        for (int warehouse = 1; warehouse <= kWarehouses; warehouse++) {
            for (int district = 1; district <= kDistricts; district++) {
                text.Add(warehouse)
                    .Add(district)
                    .Add(random_.OneOf(kNouns))
                    .Add(random_.Between(0, 2000), 4)
                    .Add(kOrders + 1);
                text.EndRow();
            }
        }
        return {"district", text.text(), text.rows()};
    }

    DemoTable Customers() {
        CopyText text;
        for (int warehouse = 1; warehouse <= kWarehouses; warehouse++) {
            for (int district = 1; district <= kDistricts; district++) {
                for (int customer = 1; customer <= kCustomers; customer++) {
                    const int64_t since = kFirstTime - random_.Between(1, 1000) * 86400;
                    text.Add(warehouse)
                        .Add(district)
                        .Add(customer)
                        .Add(fmt::format("{} {}", random_.OneOf(kFirstNames),
                                         random_.OneOf(kLastNames)))
                        .Add(fmt::format("c{}-{}-{}@mail.example", warehouse, district, customer))
                        .Add(Timestamp(since).substr(0, 10))
                        .Add(random_.Between(0, 5000), 4)
                        .Add(int64_t{0}, 2);
                    text.EndRow();
                }
            }
        }
        return {"customer", text.text(), text.rows()};
    }

    DemoTable Stock() {
        CopyText text;
        for (int warehouse = 1; warehouse <= kWarehouses; warehouse++) {
            for (int i = 0; i < kItems; i++) {
                text.Add(warehouse)
                    .Add(i + 1)
                    .Add(random_.Between(10, 100))
                    .Add(Sold(warehouse, i));
                text.EndRow();
            }
        }
        return {"stock", text.text(), text.rows()};
    }

    int64_t& Sold(int warehouse, int item) {
        return sold_[static_cast<size_t>(warehouse - 1) * kItems + static_cast<size_t>(item)];
    }

    std::pair<DemoTable, DemoTable> OrdersAndLines() {
        CopyText orders;
        CopyText lines;
        for (int warehouse = 1; warehouse <= kWarehouses; warehouse++) {
            for (int district = 1; district <= kDistricts; district++) {
                for (int order = 1; order <= kOrders; order++) {
                    AddOrder(orders, warehouse, district, order);
                    AddLines(lines, warehouse, district, order);
                }
            }
        }
        return {{"orders", orders.text(), orders.rows()},
                {"order_line", lines.text(), lines.rows()}};
    }

    void AddOrder(CopyText& text, int warehouse, int district, int order) {
        const int64_t time = kFirstTime + order * kOrderInterval + random_.Between(0, 3600);
        text.Add(warehouse)
            .Add(district)
            .Add(order)
            .Add(random_.Between(1, kCustomers))
            .Add(Timestamp(time) + "+00");
        if (order > kOrders - kUndelivered) {
            text.AddNull();
        } else {
            text.Add(Timestamp(time + random_.Between(86400, 5 * 86400)) + "+00");
        }
        text.EndRow();
    }

    void AddLines(CopyText& text, int warehouse, int district, int order) {
        const int64_t count = random_.Between(kLinesMin, kLinesMax);
        for (int64_t line = 1; line <= count; line++) {
            // The smaller of two: some items sell better.
            const int64_t one = random_.Between(0, kItems - 1);
            const int64_t other = random_.Between(0, kItems - 1);
            const auto item = static_cast<int>(std::min(one, other));
            const int64_t quantity = random_.Between(1, 5);
            Sold(warehouse, item) += quantity;
            text.Add(warehouse).Add(district).Add(order).Add(line).Add(item + 1).Add(quantity).Add(
                quantity * price_cents_[static_cast<size_t>(item)], 2);
            text.EndRow();
        }
    }

    Random random_{kSeed};
    std::vector<int64_t> price_cents_;
    std::vector<int64_t> sold_;  // by warehouse and item
};

}  // namespace

Demo MakeShopDemo() {
    return ShopData().Make();
}

}  // namespace pgspan::control
