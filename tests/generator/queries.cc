// Queries from their clauses.
#include <algorithm>

#include "tests/generator/query_maker.h"

namespace pgspan::test {
namespace {

constexpr size_t kColumnsMax = 4;

bool IsColumnOfTable(const std::string& text, const Scope& scope) {
    for (const Item& item : scope.items)
        for (const ScopeColumn& column : item.columns)
            if (item.is_table && column.text == text) return true;
    return false;
}

bool AllColumnsOfTables(const Item& keys, const Scope& scope) {
    for (const ScopeColumn& key : keys.columns)
        if (!IsColumnOfTable(key.text, scope)) return false;
    return true;
}

}  // namespace

std::string QueryMaker::QueryType(const std::vector<Type>& types) {
    std::string text = "query";
    for (const Type type : types) text += std::string(":") + Name(type);
    return text;
}

std::string QueryMaker::MinimalQuery(const std::vector<Type>& types, bool named) {
    std::string text = "SELECT ";
    for (size_t i = 0; i < types.size(); ++i) {
        text += (i > 0 ? ", " : "") + Simplest(types[i]);
        if (named) text += " AS x" + std::to_string(i + 1);
    }
    return text;
}

std::vector<Type> QueryMaker::TypesFor(const QueryWish& wish, const Scope& scope) {
    if (!wish.types.empty()) return wish.types;
    std::vector<Type> types;
    const size_t count = 1 + random_.Below(kColumnsMax);
    for (size_t i = 0; i < count; ++i) types.push_back(TypeInScope(scope));
    return types;
}

Syntax QueryMaker::SelectList(std::vector<Syntax> columns, bool named) {
    const size_t least = named ? columns.size() : 1;
    for (size_t i = 0; named && i < columns.size(); ++i) {
        columns[i] = Sequence(std::move(columns[i]), " AS x" + std::to_string(i + 1));
    }
    return List(std::move(columns), ", ", least);
}

// ORDER BY every column, with a limit or without. before_by: what is sorted by first may be added
// by the caller.
Syntax QueryMaker::Tail(const QueryWish& wish, bool* ordered, double* rows, bool before_by) {
    *ordered = true;
    const std::string by = before_by ? ", " : " ORDER BY ";
    if (wish.one_row) {
        *rows = 1;
        return Sequence(by, Ordinals(), " LIMIT 1");
    }
    Syntax limit = "";
    if (random_.Chance(60)) {
        const int count = random_.Between(0, 12);
        *rows = std::min(*rows, static_cast<double>(count + 1));
        limit = Optional(random_.Chance(15) ? " FETCH FIRST " + std::to_string(count) + " ROWS ONLY"
                                            : " LIMIT " + std::to_string(count));
    }
    if (random_.Chance(25)) {
        limit = Sequence(std::move(limit),
                         Optional(" OFFSET " + std::to_string(random_.Between(0, 5))));
    }
    return before_by ? Sequence(by, Ordinals(), std::move(limit))
                     : Optional(by, Ordinals(), std::move(limit));
}

MadeQuery QueryMaker::PlainQuery(const QueryWish& wish, int depth) {
    Scope scope;
    scope.outer = wish.outer;
    Syntax from = From(&scope, depth);
    MadeQuery made;
    made.types = TypesFor(wish, scope);
    std::vector<Syntax> columns;
    for (const Type type : made.types) columns.push_back(Expression(type, scope, depth));
    made.rows = scope.Rows();
    Syntax where = Where(scope, depth);
    const bool distinct = random_.Chance(15);
    Syntax tail = "";
    if (wish.one_row || random_.Chance(40)) {
        if (!distinct && random_.Chance(35)) {
            Syntax first = Sequence(
                " ORDER BY ", Expression(TypeInScope(scope), scope, std::min(depth, 1)),
                random_.Chance(40) ? " DESC" : "", random_.Chance(30) ? " NULLS FIRST" : "");
            Syntax rest = Tail(wish, &made.ordered, &made.rows, true);
            tail = wish.one_row ? Sequence(std::move(first), std::move(rest))
                                : Optional(std::move(first), std::move(rest));
        } else {
            tail = Tail(wish, &made.ordered, &made.rows, false);
        }
    }
    made.syntax = Sequence("SELECT ", distinct ? Optional("DISTINCT ") : Syntax(""),
                           SelectList(std::move(columns), wish.named), " FROM ", std::move(from),
                           std::move(where), std::move(tail));
    return made;
}

MadeQuery QueryMaker::GroupedQuery(const QueryWish& wish, int depth) {
    Scope scope;
    scope.outer = wish.outer;
    Syntax from = From(&scope, depth);
    MadeQuery made;
    made.types = TypesFor(wish, scope);
    made.rows = std::min(scope.Rows(), 40.0);
    // What stands above the grouping: its keys; aggregates are made where they are needed.
    Scope grouped;
    grouped.outer = wish.outer;
    // An aggregate of what is constant here would be one of the level above; so would a key say
    // nothing.
    Scope own = scope;
    own.outer = nullptr;
    Item keys;
    const bool whole = random_.Chance(wish.one_row ? 80 : 25);
    const size_t count = whole ? 0 : 1 + random_.Below(3);
    std::vector<Syntax> key_list;
    for (size_t i = 0; i < count; ++i) {
        const Type type =
            i < made.types.size() && random_.Chance(60) ? made.types[i] : TypeInScope(scope);
        Syntax key = Expression(type, own, random_.Chance(75) ? 0 : 1);
        const std::string text = Render(key);
        // Constants are taken for ordinals, and parameters of equal values for different keys.
        if (text.find(" AS ") != std::string::npos || text.find('.') == std::string::npos ||
            text.find('$') != std::string::npos) {
            continue;
        }
        keys.columns.push_back({text, type});
        key_list.push_back(Syntax(text));
    }
    const bool no_keys = key_list.empty();
    if (!no_keys) grouped.items.push_back(keys);
    std::vector<Syntax> columns;
    for (const Type type : made.types) {
        bool key_there = false;
        for (const ScopeColumn& key : keys.columns) key_there |= key.type == type;
        if (key_there && random_.Chance(70)) {
            columns.push_back(Column(type, grouped));
        } else {
            columns.push_back(Aggregate(type, own, std::min(depth, 1)));
        }
    }
    Syntax group = "";
    // PostgreSQL takes a key that WHERE makes constant for constant above grouping sets too, where
    // it may be NULL, and does not sort by it: which rows come first is then open.
    // One that folds to a constant is that constant above UNION and its kin (before 18).
    const int sets = wish.one_row || (wish.is_arm && !AllColumnsOfTables(keys, own)) ? 0 : 1;
    size_t form = 0;
    if (!no_keys) {
        const size_t least = key_list.size();
        Syntax list = List(std::move(key_list), ", ", 1);
        form = random_.Weighted({80, 8 * sets, 6 * sets, least > 1 ? 6 * sets : 0});
        switch (form) {
        case 1:
            group = Sequence(" GROUP BY ROLLUP (", std::move(list), ")");
            break;
        case 2:
            group = Sequence(" GROUP BY CUBE (", std::move(list), ")");
            break;
        case 3: {
            Syntax first = list.parts[0];
            group = Sequence(" GROUP BY GROUPING SETS ((", std::move(list), "), (",
                             std::move(first), "), ())");
            break;
        }
        default:
            group = Sequence(" GROUP BY ", std::move(list));
        }
    } else {
        made.rows = 1;
    }
    Syntax having = "";
    if (random_.Chance(20)) {
        having = Optional(" HAVING ", Aggregate(Type::kInt8, own, 0), " > ",
                          std::to_string(random_.Between(0, 4)));
    }
    Syntax tail = "";
    if (!no_keys && form == 0 && (wish.one_row || random_.Chance(40))) {
        tail = Tail(wish, &made.ordered, &made.rows, false);
    }
    made.syntax =
        Sequence("SELECT ", SelectList(std::move(columns), wish.named), " FROM ", std::move(from),
                 Where(scope, depth), std::move(group), std::move(having), std::move(tail));
    return made;
}

MadeQuery QueryMaker::WindowQuery(const QueryWish& wish, int depth) {
    Scope scope;
    scope.outer = wish.outer;
    Syntax from = From(&scope, depth);
    MadeQuery made;
    made.types = TypesFor(wish, scope);
    if (wish.types.empty()) made.types.push_back(Type::kInt8);
    made.rows = scope.Rows();
    // Windows over what is one's own: correlated ones are for the planner's patience only.
    std::vector<Syntax> columns;
    for (const Type type : made.types) {
        columns.push_back(random_.Chance(55) ? Window(type, scope, std::min(depth, 1))
                                             : Expression(type, scope, std::min(depth, 1)));
    }
    Syntax where = Where(scope, depth);
    Syntax tail = "";
    if (wish.one_row || random_.Chance(40)) {
        tail = Tail(wish, &made.ordered, &made.rows, false);
    }
    made.syntax = Sequence("SELECT ", SelectList(std::move(columns), wish.named), " FROM ",
                           std::move(from), std::move(where), std::move(tail));
    return made;
}

MadeQuery QueryMaker::DistinctOnQuery(const QueryWish& wish, int depth) {
    Scope scope;
    scope.outer = wish.outer;
    Syntax from = From(&scope, depth);
    MadeQuery made;
    made.types = TypesFor(wish, scope);
    made.rows = scope.Rows();
    std::vector<Syntax> columns;
    for (const Type type : made.types) columns.push_back(Expression(type, scope, depth));
    Syntax where = Where(scope, depth);
    // The first column's rows are told apart by all columns.
    made.ordered = true;
    made.syntax = Sequence("SELECT DISTINCT ON (1) ", SelectList(std::move(columns), wish.named),
                           " FROM ", std::move(from), std::move(where), " ORDER BY ", Ordinals(),
                           wish.one_row ? " LIMIT 1" : "");
    return made;
}

MadeQuery QueryMaker::Query(const QueryWish& wish, int depth) {
    const int deep = depth > 0 ? 1 : 0;
    MadeQuery made;
    switch (random_.Weighted({55, 28, 8 * deep, 4})) {
    case 1:
        made = GroupedQuery(wish, depth);
        break;
    case 2:
        made = WindowQuery(wish, depth);
        break;
    case 3:
        made = DistinctOnQuery(wish, depth);
        break;
    default:
        made = PlainQuery(wish, depth);
    }
    made.syntax = Choice(QueryType(made.types), MinimalQuery(made.types, wish.named),
                         Select(std::move(made.syntax)));
    return made;
}

MadeQuery QueryMaker::SetOperation(const QueryWish& wish, int depth) {
    static const std::vector<std::string> kOperators = {
        " UNION ",         " UNION ALL ", " UNION ALL ", " INTERSECT ",
        " INTERSECT ALL ", " EXCEPT ",    " EXCEPT ALL "};
    QueryWish arm = wish;
    arm.one_row = false;
    arm.is_arm = true;
    MadeQuery made = Query(arm, depth - 1);
    arm.types = made.types;
    Syntax both = Sequence("(", std::move(made.syntax), ")");
    const int more = random_.Between(1, 2);
    for (int i = 0; i < more; ++i) {
        const MadeQuery next = Query(arm, depth - 1);
        both = Sequence(i > 0 ? "(" : "", std::move(both), i > 0 ? ")" : "",
                        random_.Pick(kOperators), "(", next.syntax, ")");
        made.rows += next.rows;
    }
    made.ordered = false;
    Syntax tail = "";
    if (wish.one_row || random_.Chance(45)) {
        tail = Tail(wish, &made.ordered, &made.rows, false);
    }
    made.syntax = Choice(QueryType(made.types), MinimalQuery(made.types, wish.named),
                         Select(Sequence(std::move(both), std::move(tail))));
    return made;
}

Syntax QueryMaker::RecursiveCte(Cte* cte, int depth) {
    // Counts up, joined with a table at each step; UNION keeps what it gives finite.
    cte->types = {Type::kInt4, Type::kInt4};
    cte->rows = 40;
    const Table& table = AnyTable();
    const std::string alias = NewAlias();
    Scope scope;
    scope.items.push_back(TableItem(table, alias));
    const std::string self = NewAlias();
    Syntax value = Expression(Type::kInt4, scope, std::min(depth, 1));
    return Sequence(cte->name, "(x1, x2) AS (SELECT 0, 1 UNION SELECT ", self, ".x1 + 1, ",
                    std::move(value), " % 10 FROM ", cte->name, " AS ", self, " JOIN ", table.name,
                    " AS ", alias, " ON ", self, ".x1 < 3", Optional(" AND ", Condition(scope, 0)),
                    ")");
}

MadeQuery QueryMaker::WithCtes(const QueryWish& wish, int depth) {
    const size_t outside = ctes_.size();
    std::vector<Syntax> definitions;
    bool recursive = false;
    const int count = random_.Between(1, 2);
    for (int i = 0; i < count; ++i) {
        Cte cte;
        cte.name = "cte" + NewAlias();
        if (random_.Chance(15)) {
            recursive = true;
            definitions.push_back(RecursiveCte(&cte, depth - 1));
        } else {
            static const std::vector<std::string> kHow = {" AS (", " AS MATERIALIZED (",
                                                          " AS NOT MATERIALIZED ("};
            QueryWish named;
            named.named = true;
            MadeQuery query = Query(named, depth - 1);
            cte.types = query.types;
            cte.rows = query.rows;
            definitions.push_back(
                Sequence(cte.name, random_.Pick(kHow), std::move(query.syntax), ")"));
        }
        ctes_.push_back(cte);
    }
    MadeQuery made = random_.Chance(25) ? SetOperation(wish, depth) : Query(wish, depth);
    ctes_.resize(outside);
    made.syntax = Choice(QueryType(made.types), "", recursive ? "WITH RECURSIVE " : "WITH ",
                         List(std::move(definitions)), " ", std::move(made.syntax));
    return made;
}

MadeQuery QueryMaker::Statement(const QueryWish& wish, int depth) {
    if (depth > 0) {
        switch (random_.Weighted({62, 20, 18})) {
        case 1:
            return SetOperation(wish, depth);
        case 2:
            return WithCtes(wish, depth);
        default:
            break;
        }
    }
    return Query(wish, depth);
}

}  // namespace pgspan::test
