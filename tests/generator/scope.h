// What an expression may name: the columns of the FROM items of its level and of the levels around
// it. Pure.
#pragma once

#include <string>
#include <vector>

#include "tests/generator/types.h"

namespace pgspan::test {

struct ScopeColumn {
    std::string text;  // how it is written
    Type type = Type::kInt4;
};

// One item of a FROM clause.
struct Item {
    std::string alias;
    std::vector<ScopeColumn> columns;
    std::vector<std::string> unique;  // texts of columns that tell its rows apart; empty: none
    int key = -1;                     // position of a distribution column
    int group = -1;                   // its colocation group
    double rows = 1;                  // a rough upper estimate
    bool is_table = false;            // its columns are never constants
};

struct Scope {
    std::vector<Item> items;
    const Scope* outer = nullptr;

    [[nodiscard]] double Rows() const {
        double rows = 1;
        for (const Item& item : items) rows *= item.rows;
        return rows;
    }
};

}  // namespace pgspan::test
