// Boolean expressions.
#include "tests/generator/query_maker.h"

namespace pgspan::test {
namespace {

std::string AnyOperator(Random& random) {
    static const std::vector<std::string> kOperators = {" = ",  " = ", " <> ", " < ",
                                                        " <= ", " > ", " >= "};
    return random.Pick(kOperators);
}

}  // namespace

Syntax QueryMaker::Condition(const Scope& scope, int depth) {
    const auto inner = [&] { return Condition(scope, depth - 1); };
    const auto made = [&]() -> Syntax {
        if (depth <= 0) return Comparison(scope, 0);
        switch (random_.Weighted({34, 14, 10, 5, 5, 14, 6, 4})) {
        case 0:
            return Comparison(scope, depth - 1);
        case 1:
            return Membership(scope, depth - 1);
        case 2:
            return Sequence("(", inner(), " AND ", inner(), ")");
        case 3:
            return Sequence("(", inner(), " OR ", inner(), ")");
        case 4:
            return Sequence("(NOT ", inner(), ")");
        case 5:
            return SubqueryCondition(scope, depth - 1);
        case 6:
            return Containment(scope, depth - 1);
        default:
            return RowComparison(scope, depth - 1);
        }
    };
    return Choice("boolean", "true", made());
}

Syntax QueryMaker::Comparison(const Scope& scope, int depth) {
    const Type type = TypeInScope(scope);
    const auto value = [&] { return Expression(type, scope, depth); };
    switch (random_.Weighted({60, 12, 12, 8, 8})) {
    case 0:
        return Sequence("(", value(), AnyOperator(random_), value(), ")");
    case 1:
        return Sequence("(", value(), random_.Chance(50) ? " IS NULL)" : " IS NOT NULL)");
    case 2:
        return Sequence("(", value(), " IS NOT DISTINCT FROM ", value(), ")");
    case 3:
        return Sequence("(", value(), " IS DISTINCT FROM ", value(), ")");
    default: {
        static const std::vector<std::string> kPatterns = {"'a%'", "'%a%'", "'_'", "'%\\%'"};
        return Sequence("(", Expression(Type::kText, scope, depth),
                        random_.Chance(30) ? " NOT LIKE " : " LIKE ", random_.Pick(kPatterns), ")");
    }
    }
}

Syntax QueryMaker::Membership(const Scope& scope, int depth) {
    const Type type = TypeInScope(scope);
    const auto value = [&] { return Expression(type, scope, depth); };
    std::vector<Syntax> members;
    const int count = random_.Between(1, 5);
    for (int i = 0; i < count; ++i) {
        members.push_back(random_.Chance(80) ? Constant(type) : value());
    }
    switch (random_.Below(4)) {
    case 0:
        return Sequence("(", value(), " BETWEEN ", Constant(type), " AND ", value(), ")");
    case 1:
        // ARRAY[] of arrays would be an array of two dimensions.
        if (type == Type::kIntArray || type == Type::kTextArray) break;
        return Sequence("(", value(), AnyOperator(random_), random_.Chance(70) ? "ANY" : "ALL",
                        " (ARRAY[", List(std::move(members)), "]))");
    case 2:
        return Sequence("(", value(), " NOT IN (", List(std::move(members)), "))");
    default:
        break;
    }
    return Sequence("(", value(), " IN (", List(std::move(members)), "))");
}

Syntax QueryMaker::SubqueryCondition(const Scope& scope, int depth) {
    QueryWish wish;
    wish.outer = &scope;
    if (random_.Chance(45)) {
        return Sequence(random_.Chance(40) ? "(NOT EXISTS (" : "(EXISTS (",
                        Query(wish, depth).syntax, "))");
    }
    wish.types = {TypeInScope(scope)};
    Syntax value = Expression(wish.types[0], scope, depth);
    if (random_.Chance(20)) {
        wish.types.push_back(TypeInScope(scope));
        return Sequence("((", std::move(value), ", ", Expression(wish.types[1], scope, depth),
                        random_.Chance(30) ? ") NOT IN (" : ") IN (", Query(wish, depth).syntax,
                        "))");
    }
    if (random_.Chance(30)) {
        return Sequence("(", std::move(value), AnyOperator(random_),
                        random_.Chance(50) ? "ANY (" : "ALL (", Query(wish, depth).syntax, "))");
    }
    return Sequence("(", std::move(value), random_.Chance(35) ? " NOT IN (" : " IN (",
                    Query(wish, depth).syntax, "))");
}

Syntax QueryMaker::Containment(const Scope& scope, int depth) {
    const auto value = [&](Type type) { return Expression(type, scope, depth); };
    switch (random_.Below(6)) {
    case 0:
        return Sequence("(", value(Type::kIntArray), " @> ", value(Type::kIntArray), ")");
    case 1:
        return Sequence("(", value(Type::kTextArray), " && ", value(Type::kTextArray), ")");
    case 2:
        return Sequence("(", value(Type::kJsonb), " ? 'a')");
    case 3:
        return Sequence("(", value(Type::kJsonb), " @> ", value(Type::kJsonb), ")");
    case 4:
        return Sequence("(", value(Type::kRange), " @> ", value(Type::kInt4), ")");
    default: {
        if (scope.items.empty() || random_.Pick(scope.items).alias.empty()) {
            return Sequence("(", value(Type::kRange), " && ", value(Type::kRange), ")");
        }
        const std::string& alias = random_.Pick(scope.items).alias;
        return alias.empty() ? Syntax("true") : Syntax("(" + alias + " IS NOT NULL)");
    }
    }
}

Syntax QueryMaker::RowComparison(const Scope& scope, int depth) {
    const Type first = TypeInScope(scope);
    const Type second = TypeInScope(scope);
    return Sequence("((", Expression(first, scope, depth), ", ", Expression(second, scope, depth),
                    ")", AnyOperator(random_), "(", Expression(first, scope, depth), ", ",
                    Expression(second, scope, depth), "))");
}

Syntax QueryMaker::Where(const Scope& scope, int depth) {
    std::vector<Syntax> conditions;
    for (const Item& item : scope.items) {
        if (item.key < 0 || !random_.Chance(15)) continue;
        const ScopeColumn& key = item.columns[static_cast<size_t>(item.key)];
        conditions.push_back(Sequence(key.text, " = ", Constant(key.type)));
    }
    const size_t others = random_.Weighted({35, 40, 15, 10});
    for (size_t i = 0; i < others; ++i) conditions.push_back(Condition(scope, depth));
    if (conditions.empty()) return "";
    return Optional(" WHERE ", List(std::move(conditions), " AND "));
}

}  // namespace pgspan::test
