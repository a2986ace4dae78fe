// FROM clauses.
#include <algorithm>

#include "tests/generator/query_maker.h"

namespace pgspan::test {
namespace {

// Above this a join is estimated to be too slow to be worth its time.
constexpr double kRowsMax = 15000;
constexpr double kJoinedRowsPerRow = 4;  // by an equality over values of small domains

std::string ColumnList(const Item& item) {
    std::string text;
    for (size_t i = 0; i < item.columns.size(); ++i) {
        text += (i > 0 ? ", x" : "x") + std::to_string(i + 1);
    }
    return text;
}

void NameColumns(Item* item, const std::vector<Type>& types) {
    for (size_t i = 0; i < types.size(); ++i) {
        item->columns.push_back({item->alias + ".x" + std::to_string(i + 1), types[i]});
    }
}

}  // namespace

const Table& QueryMaker::AnyTable() {
    std::vector<int> weights;
    for (const Table& table : schema_.tables) {
        weights.push_back(table.kind == Table::Kind::kDistributed ? 4 : 2);
    }
    return schema_.tables[random_.Weighted(weights)];
}

Item QueryMaker::TableItem(const Table& table, const std::string& alias) {
    Item item;
    item.alias = alias;
    item.is_table = true;
    item.key = table.key;
    item.group = table.group;
    item.rows = std::max(table.rows, 1);
    for (const TableColumn& column : table.columns) {
        item.columns.push_back({alias + "." + column.name, column.type});
    }
    for (const std::string& column : table.UniqueKey()) item.unique.push_back(alias + "." + column);
    return item;
}

Syntax QueryMaker::SubqueryItem(Scope* scope, bool lateral, Item* item, int depth) {
    QueryWish wish;
    wish.named = true;
    if (lateral) wish.outer = scope;
    const MadeQuery query =
        random_.Chance(25) ? Statement(wish, depth - 1) : Query(wish, depth - 1);
    NameColumns(item, query.types);
    item->rows = query.rows;
    return Sequence(lateral ? "LATERAL (" : "(", query.syntax, ") AS ", item->alias);
}

Syntax QueryMaker::FunctionItem(Scope* scope, bool lateral, Item* item) {
    const bool series = random_.Chance(50);
    item->rows = 5;
    item->columns.push_back({item->alias + ".x1", Type::kInt4});
    Scope none;
    Syntax argument =
        Expression(series ? Type::kInt4 : Type::kIntArray, lateral ? *scope : none, 1);
    if (series) {
        return Sequence(random_.Chance(50) ? "generate_series(1, abs(" : "upto(abs(",
                        std::move(argument), " % 5)) AS ", item->alias, "(x1)");
    }
    return Sequence("unnest(", std::move(argument), ") AS ", item->alias, "(x1)");
}

Syntax QueryMaker::ValuesItem(Item* item) {
    std::vector<Type> types = {AnyType(random_)};
    if (random_.Chance(50)) types.push_back(AnyType(random_));
    std::vector<Syntax> rows;
    const int count = random_.Between(1, 4);
    for (int i = 0; i < count; ++i) {
        std::vector<Syntax> values;
        for (const Type type : types) values.push_back(Constant(type));
        rows.push_back(Sequence("(", List(std::move(values), ", ", types.size()), ")"));
    }
    NameColumns(item, types);
    item->rows = count;
    return Sequence("(VALUES ", List(std::move(rows)), ") AS ", item->alias, "(", ColumnList(*item),
                    ")");
}

Syntax QueryMaker::FromItem(Scope* scope, bool lateral, Item* item, int depth) {
    item->alias = NewAlias();
    if (!ctes_.empty() && random_.Chance(45)) {
        const Cte& cte = random_.Pick(ctes_);
        NameColumns(item, cte.types);
        item->rows = cte.rows;
        return Sequence(cte.name, " AS ", item->alias);
    }
    const int nested = depth > 0 ? 22 : 0;
    switch (random_.Weighted({60, nested, 6, 6})) {
    case 1:
        return SubqueryItem(scope, lateral, item, depth);
    case 2:
        return FunctionItem(scope, lateral, item);
    case 3:
        return ValuesItem(item);
    default:
        break;
    }
    const Table& table = AnyTable();
    *item = TableItem(table, item->alias);
    return Sequence(table.name, " AS ", item->alias);
}

Syntax QueryMaker::JoinCondition(const Scope& left, const Item& right, bool equality_only,
                                 int depth) {
    std::vector<Syntax> conditions;
    for (const Item& item : left.items) {
        if (item.key < 0 || right.key < 0 || item.group != right.group || !random_.Chance(65)) {
            continue;
        }
        conditions.push_back(Sequence(item.columns[static_cast<size_t>(item.key)].text, " = ",
                                      right.columns[static_cast<size_t>(right.key)].text));
        break;
    }
    std::vector<Syntax> pairs;
    for (const Item& item : left.items) {
        for (const ScopeColumn& a : item.columns) {
            for (const ScopeColumn& b : right.columns) {
                if (a.type == b.type) pairs.push_back(Sequence(a.text, " = ", b.text));
            }
        }
    }
    if (!pairs.empty() && (conditions.empty() || random_.Chance(40))) {
        conditions.push_back(random_.Pick(pairs));
    }
    if (!equality_only && (conditions.empty() || random_.Chance(20))) {
        Scope both = left;
        both.items.push_back(right);
        conditions.push_back(Condition(both, std::min(depth, 1)));
    }
    if (conditions.empty()) return "";
    return List(std::move(conditions), " AND ");
}

Syntax QueryMaker::From(Scope* scope, int depth) {
    static const std::vector<std::string> kJoins = {"JOIN",      "JOIN",       "LEFT JOIN",
                                                    "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    Item first;
    Syntax from = FromItem(scope, false, &first, depth);
    scope->items.push_back(std::move(first));
    const size_t more = random_.Weighted({45, 35, 15, 5});
    for (size_t i = 0; i < more; ++i) {
        const bool lateral = random_.Chance(15);
        Item item;
        Syntax right = FromItem(scope, lateral, &item, depth);
        std::string join = random_.Pick(kJoins);
        if (lateral && (join[0] == 'R' || join[0] == 'F')) join = "LEFT JOIN";
        Syntax condition = JoinCondition(*scope, item, join[0] == 'F', depth);
        const bool crossed = condition.kind == Syntax::Kind::kText || random_.Chance(5);
        const double rows = scope->Rows() * item.rows;
        const double joined = std::max(scope->Rows(), item.rows) * kJoinedRowsPerRow;
        if ((crossed ? rows : joined) > kRowsMax) break;
        if (crossed) {
            // A comma binds less than JOIN: conditions after it would not see what is before it.
            from = Choice("from", "", std::move(from),
                          i + 1 == more && random_.Chance(50) ? ", " : " CROSS JOIN ",
                          Choice("from", "", std::move(right)));
            scope->items.push_back(std::move(item));
            continue;
        }
        from = Choice("from", "", std::move(from), " ", join, " ",
                      Choice("from", "", std::move(right)), " ON ", std::move(condition));
        // The estimate of the whole is kept as the product of its parts.
        item.rows = std::max(1.0, joined / scope->Rows());
        scope->items.push_back(std::move(item));
    }
    return Choice("from", "", std::move(from));
}

}  // namespace pgspan::test
