// Demo: example tables with data, as data: what to create, how to distribute it, what to load, what
// to try. Pure and deterministic: the same on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pgspan::control {

struct DemoTable {
    std::string name;
    std::string data;  // COPY's text format
    int64_t rows = 0;
};

struct Demo {
    std::string name;
    std::string_view schema;         // CREATE TABLE, CREATE INDEX
    std::string_view distribute;     // SELECT create_distributed_table, create_reference_table
    std::vector<DemoTable> tables;   // in an order that foreign keys allow
    std::vector<std::string> after;  // statements after the load, in the same transaction
    std::string_view to_try;         // queries with comments, for people
};

// The multi-tenant advertising schema of the well-known tutorial: companies, campaigns, ads, clicks
// and impressions by company, geo_ips on every node. Company 5 has nine campaigns that are fixed.
Demo MakeAdsDemo();

// A shop in the manner of TPC-C: warehouses, districts, customers, stock and orders by warehouse,
// items on every node.
Demo MakeShopDemo();

// The demo as one transaction for psql. `plain`: without distributing, for one PostgreSQL.
std::string DemoScript(const Demo& demo, bool plain);

}  // namespace pgspan::control
