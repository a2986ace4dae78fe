// A random schema: tables distributed on columns of many types, colocated and not, reference and
// local tables, with what makes tables difficult (dropped and late columns, odd names, generated
// columns, defaults, checks, foreign keys, indexes), and their first rows. Pure.
#pragma once

#include <string>
#include <vector>

#include "tests/generator/random.h"
#include "tests/generator/types.h"

namespace pgspan::test {

struct TableColumn {
    std::string name;  // quoted where it must be
    Type type = Type::kInt4;
    bool not_null = false;
    bool generated = false;
    bool reference = false;  // part of a foreign key
};

struct Table {
    enum class Kind { kDistributed, kReference, kLocal, kView };

    std::string name;
    Kind kind = Kind::kLocal;
    int group = -1;  // distributed tables of the same group are colocated
    int key = -1;    // position of the distribution column
    int id = -1;     // position of the column that makes (key, id), or id alone, unique
    std::vector<TableColumn> columns;
    int rows = 0;
    std::vector<std::string> create;    // both sides
    std::string spread;                 // the cluster alone
    std::vector<std::string> finish;    // both sides, afterwards
    std::vector<std::string> contents;  // both sides: INSERTs

    // Names of the columns of the unique key; empty without one.
    [[nodiscard]] std::vector<std::string> UniqueKey() const;
};

struct Schema {
    std::vector<std::string> prologue;  // types and functions
    std::vector<Table> tables;          // referenced ones before those that reference them

    [[nodiscard]] const Table* Find(const std::string& name) const;
};

Schema MakeSchema(Random& random);

}  // namespace pgspan::test
