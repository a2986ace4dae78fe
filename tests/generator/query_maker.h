// Random queries over a schema, valid and with one answer only: rows are compared as multisets, so
// a query is free in all but what decides about its rows. LIMIT, DISTINCT ON, row_number() and the
// like stand only over total orders; aggregates that depend on the order of their input have one;
// nothing overflows, divides by zero or reads a clock. Pure.
//
// Used by the statement maker; one object a unit of statements.
#pragma once

#include <string>
#include <vector>

#include "tests/generator/random.h"
#include "tests/generator/schema.h"
#include "tests/generator/scope.h"
#include "tests/generator/syntax.h"

namespace pgspan::test {

struct QueryWish {
    std::vector<Type> types;  // of the columns; empty: any
    bool named = false;       // columns are called x1, x2, …
    bool one_row = false;     // at most one row comes
    bool is_arm = false;      // of UNION, INTERSECT or EXCEPT
    const Scope* outer = nullptr;
};

struct MadeQuery {
    Syntax syntax;
    std::vector<Type> types;
    bool ordered = false;  // totally
    double rows = 1;
};

class QueryMaker {
  public:
    QueryMaker(Random& random, const Schema& schema) : random_(random), schema_(schema) {}

    // Constants become parameters of these types from now on; nullptr: no longer.
    void UseParameters(std::vector<Type>* types) { parameters_ = types; }

    // depth: how many levels may be nested inside.
    MadeQuery Query(const QueryWish& wish, int depth);
    // With set operations and CTEs around it, for the top of a statement and FROM.
    MadeQuery Statement(const QueryWish& wish, int depth);
    Syntax Expression(Type type, const Scope& scope, int depth);
    Syntax Condition(const Scope& scope, int depth);
    Syntax Constant(Type type);
    // A table as an item of its own alias.
    Item TableItem(const Table& table, const std::string& alias);
    std::string NewAlias() { return "t" + std::to_string(++aliases_); }
    // AND of zero or more conditions, with WHERE; often with an equality on a distribution column.
    Syntax Where(const Scope& scope, int depth);

  private:
    struct Cte {
        std::string name;
        std::vector<Type> types;
        double rows = 1;
    };
    struct Produced {
        Type type;
        Syntax syntax;
    };

    // expressions.cc
    Syntax Typed(Type type, const Scope& scope, int depth);
    Syntax Number(Type type, const Scope& scope, int depth);
    Syntax Integer(const Scope& scope, int depth);
    Syntax Text(const Scope& scope, int depth);
    Syntax Document(const Scope& scope, int depth);
    Syntax Array(Type type, const Scope& scope, int depth);
    Syntax Moment(Type type, const Scope& scope, int depth);
    Syntax AlwaysTrue(const Scope& scope);
    Syntax Generic(Type type, const Scope& scope, int depth);
    Syntax ScalarQuery(Type type, const Scope& scope, int depth);
    Syntax Column(Type type, const Scope& scope);
    std::vector<const ScopeColumn*> Columns(Type type, const Scope& scope);
    Type TypeInScope(const Scope& scope);
    Type JsonType(const Scope& scope);

    // conditions.cc
    Syntax Comparison(const Scope& scope, int depth);
    Syntax Membership(const Scope& scope, int depth);
    Syntax SubqueryCondition(const Scope& scope, int depth);
    Syntax Containment(const Scope& scope, int depth);
    Syntax RowComparison(const Scope& scope, int depth);

    // aggregates.cc
    Syntax Aggregate(Type type, const Scope& scope, int depth);
    Syntax PlainAggregate(Type type, const Scope& scope, int depth);
    Syntax Filter(const Scope& scope, int depth);
    Syntax Window(Type type, const Scope& scope, int depth);
    Syntax WindowOrder(const Scope& scope);

    // from.cc
    Syntax From(Scope* scope, int depth);
    Syntax FromItem(Scope* scope, bool lateral, Item* item, int depth);
    Syntax JoinCondition(const Scope& left, const Item& right, bool equality_only, int depth);
    Syntax SubqueryItem(Scope* scope, bool lateral, Item* item, int depth);
    Syntax FunctionItem(Scope* scope, bool lateral, Item* item);
    Syntax ValuesItem(Item* item);
    const Table& AnyTable();

    // queries.cc
    MadeQuery PlainQuery(const QueryWish& wish, int depth);
    MadeQuery GroupedQuery(const QueryWish& wish, int depth);
    MadeQuery WindowQuery(const QueryWish& wish, int depth);
    MadeQuery DistinctOnQuery(const QueryWish& wish, int depth);
    MadeQuery SetOperation(const QueryWish& wish, int depth);
    MadeQuery WithCtes(const QueryWish& wish, int depth);
    Syntax RecursiveCte(Cte* cte, int depth);
    std::vector<Type> TypesFor(const QueryWish& wish, const Scope& scope);
    Syntax SelectList(std::vector<Syntax> columns, bool named);
    Syntax Tail(const QueryWish& wish, bool* ordered, double* rows, bool before_by);
    static std::string QueryType(const std::vector<Type>& types);
    static std::string MinimalQuery(const std::vector<Type>& types, bool named);

    Random& random_;
    const Schema& schema_;
    std::vector<Type>* parameters_ = nullptr;
    std::vector<Cte> ctes_;
    int aliases_ = 0;
};

}  // namespace pgspan::test
