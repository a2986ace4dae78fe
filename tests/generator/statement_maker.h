// Random units of work over a schema: single queries, writes, prepared statements, cursors,
// transactions. Writes have one outcome only: joins that find one source row for a target row,
// inserted keys that do not meet each other, one possible error at most. Pure.
#pragma once

#include <string>
#include <vector>

#include "tests/generator/query_maker.h"

namespace pgspan::test {

// Statements that belong together, run in one session one after the other.
struct Unit {
    std::vector<Syntax> steps;
    bool writes = false;
    bool transaction = false;  // begins with BEGIN and ends it
    bool guarded = false;      // each statement of the transaction in a savepoint of its own
};

class StatementMaker {
  public:
    explicit StatementMaker(const Schema& schema) : schema_(schema) {}

    // The unit of a number; numbers are asked for in ascending order.
    Unit Make(uint64_t seed);

  private:
    Syntax Read(int depth);
    Syntax Write();
    Syntax Insert(const Table& table);
    Syntax InsertValues(const Table& table);
    Syntax InsertSelect(const Table& table);
    Syntax Upsert(const Table& table);
    Syntax Update(const Table& table);
    Syntax Delete(const Table& table);
    Syntax Merge(const Table& table);
    Syntax ModifyingCte(const Table& table);
    Syntax Returning(const Scope& scope);
    Syntax Assignable(const Table& table, const TableColumn& column, const Scope& scope);
    Syntax Assignments(const Table& table, const Scope& scope);
    bool UniqueJoin(const Table& table, const std::string& alias, Scope* scope, Syntax* source,
                    Syntax* condition);
    std::string FreshValue(const TableColumn& column, bool fresh_id);
    const Table& Target();
    void Prepared(Unit* unit);
    void Transaction(Unit* unit);
    void Cursor(Unit* unit);

    const Schema& schema_;
    Random* random_ = nullptr;
    QueryMaker* queries_ = nullptr;
    int next_id_ = 1000;
};

}  // namespace pgspan::test
