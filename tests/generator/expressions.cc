// Expressions of a wanted type.
#include "tests/generator/query_maker.h"

namespace pgspan::test {
namespace {

Syntax Typed(Type type, Syntax syntax) {
    return Choice(Name(type), Simplest(type), std::move(syntax));
}

}  // namespace

Syntax QueryMaker::Constant(Type type) {
    if (parameters_ != nullptr && parameters_->size() < 8 && random_.Chance(60)) {
        parameters_->push_back(type);
        return Choice(Name(type), Simplest(type),
                      "$" + std::to_string(parameters_->size()) +
                          (random_.Chance(50) ? std::string("::") + Name(type) : ""));
    }
    if (random_.Chance(4))
        return Choice(Name(type), Simplest(type), std::string("NULL::") + Name(type));
    return Choice(Name(type), Simplest(type), Literal(type, random_));
}

std::vector<const ScopeColumn*> QueryMaker::Columns(Type type, const Scope& scope) {
    std::vector<const ScopeColumn*> found;
    // Correlation, but not as the rule.
    const bool outer = scope.outer != nullptr && random_.Chance(25);
    for (const Scope* level = outer ? scope.outer : &scope; level != nullptr;
         level = level->outer) {
        for (const Item& item : level->items) {
            for (const ScopeColumn& column : item.columns) {
                if (column.type == type) found.push_back(&column);
            }
        }
        if (!found.empty() && !outer) break;
    }
    return found;
}

Type QueryMaker::TypeInScope(const Scope& scope) {
    std::vector<Type> types;
    for (const Item& item : scope.items) {
        for (const ScopeColumn& column : item.columns) types.push_back(column.type);
    }
    return types.empty() || random_.Chance(8) ? AnyType(random_) : random_.Pick(types);
}

// 0.5 and 0.50 are equal in documents too, but look different.
Type QueryMaker::JsonType(const Scope& scope) {
    const Type type = TypeInScope(scope);
    const bool exact = !IsNumber(type) || type <= Type::kInt8;
    return exact ? type : Type::kInt4;
}

Syntax QueryMaker::Column(Type type, const Scope& scope) {
    const std::vector<const ScopeColumn*> columns = Columns(type, scope);
    if (columns.empty()) return Constant(type);
    return pgspan::test::Typed(type, random_.Pick(columns)->text);
}

Syntax QueryMaker::Expression(Type type, const Scope& scope, int depth) {
    if (depth <= 0 || random_.Chance(45)) return Column(type, scope);
    switch (random_.Weighted({12, 50, 24, 6})) {
    case 0:
        return Constant(type);
    case 1:
        return pgspan::test::Typed(type, Typed(type, scope, depth - 1));
    case 2:
        return pgspan::test::Typed(type, Generic(type, scope, depth - 1));
    default:
        return pgspan::test::Typed(type, ScalarQuery(type, scope, depth - 1));
    }
}

// What no planner knows to be true.
Syntax QueryMaker::AlwaysTrue(const Scope& scope) {
    const std::vector<const ScopeColumn*> columns = Columns(TypeInScope(scope), scope);
    if (columns.empty()) return "now() IS NOT NULL";
    const std::string& column = random_.Pick(columns)->text;
    return "(" + column + " IS NOT DISTINCT FROM " + column + ")";
}

Syntax QueryMaker::Generic(Type type, const Scope& scope, int depth) {
    const auto value = [&] { return Expression(type, scope, depth); };
    switch (random_.Below(7)) {
    case 4:
        return Sequence("steady(", value(), ")");
    case 5:
        return Sequence("CASE WHEN ", AlwaysTrue(scope), " THEN ", value(), " ELSE never(",
                        Constant(type), ") END");
    case 6:
        return Sequence("CASE WHEN ", AlwaysTrue(scope), " OR never(true) THEN ", value(), " END");
    case 0:
        return Sequence("CASE WHEN ", Condition(scope, depth), " THEN ", value(),
                        Optional(" WHEN ", Condition(scope, depth), " THEN ", value()), " ELSE ",
                        value(), " END");
    case 1:
        return Sequence("coalesce(", value(), ", ", value(), ")");
    case 2:
        return Sequence("nullif(", value(), ", ", value(), ")");
    default:
        if (!HasMinMax(type)) return Sequence("coalesce(", value(), ", ", value(), ")");
        return Sequence(random_.Chance(50) ? "greatest(" : "least(", value(), ", ", value(), ")");
    }
}

Syntax QueryMaker::ScalarQuery(Type type, const Scope& scope, int depth) {
    QueryWish wish;
    wish.types = {type};
    wish.one_row = true;
    wish.outer = &scope;
    return Sequence("(", Query(wish, depth).syntax, ")");
}

Syntax QueryMaker::Typed(Type type, const Scope& scope, int depth) {
    switch (type) {
    case Type::kInt2:
        return Sequence("(", Expression(Type::kInt4, scope, depth), " % 100)::smallint");
    case Type::kInt4:
        return Integer(scope, depth);
    case Type::kInt8:
    case Type::kNumeric:
    case Type::kFloat4:
    case Type::kFloat8:
        return Number(type, scope, depth);
    case Type::kText:
        return Text(scope, depth);
    case Type::kVarchar:
    case Type::kChar:
        return Sequence("left(", Expression(Type::kText, scope, depth), ", 5)::", Name(type));
    case Type::kBool:
        return Condition(scope, depth);
    case Type::kDate:
    case Type::kTimestamp:
    case Type::kTimestamptz:
    case Type::kTime:
    case Type::kInterval:
        return Moment(type, scope, depth);
    case Type::kUuid:
        return Sequence("md5(", Expression(Type::kText, scope, depth), ")::uuid");
    case Type::kBytea:
        return Sequence("convert_to(", Expression(Type::kText, scope, depth), ", 'UTF8')");
    case Type::kJsonb:
        return Document(scope, depth);
    case Type::kIntArray:
    case Type::kTextArray:
        return Array(type, scope, depth);
    case Type::kPair:
        return Sequence("ROW(", Expression(Type::kInt4, scope, depth), ", ",
                        Expression(Type::kText, scope, depth), ")::pair");
    case Type::kRange:
        return Sequence("int4range(0, abs(", Expression(Type::kInt4, scope, depth), "))");
    case Type::kMood:
    case Type::kPositive:
        break;
    }
    return Generic(type, scope, depth);
}

// The remainder keeps all integers small, so that nothing overflows however it is combined.
Syntax QueryMaker::Integer(const Scope& scope, int depth) {
    const auto value = [&](Type type) { return Expression(type, scope, depth); };
    switch (random_.Below(13)) {
    case 0:
        return Sequence("(", value(Type::kInt4), " + ", value(Type::kInt4), ") % 1000");
    case 1:
        return Sequence("(", value(Type::kInt4), " - ", value(Type::kInt4), ") % 1000");
    case 2:
        return Sequence("(", value(Type::kInt4), " % 100) * (", value(Type::kInt4), " % 100)");
    case 3:
        return Sequence("abs(", value(Type::kInt4), ")");
    case 4:
        return Sequence("length(", value(Type::kText), ")");
    case 5:
        return Sequence("extract(day FROM ", value(Type::kDate), ")::integer");
    case 6:
        return Sequence("cardinality(", value(Type::kIntArray), ")");
    case 7:
        return Sequence("bump(", value(Type::kInt4), " % 1000)");
    case 8:
        return Sequence("(", value(Type::kInt8), " % 1000)::integer");
    case 9:
        return Sequence("(", value(Type::kPair), ").number");
    case 10:
        return Sequence("(", value(Type::kIntArray), ")[1]");
    case 11:
        return Sequence("upper(", value(Type::kRange), ")");
    default:
        return Sequence("(", value(Type::kInt4), " / nullif(", value(Type::kInt4), ", 0))");
    }
}

Syntax QueryMaker::Number(Type type, const Scope& scope, int depth) {
    const auto value = [&](Type of) { return Expression(of, scope, depth); };
    const std::string cast = std::string("::") + Name(type);
    if (random_.Chance(35)) {
        return Sequence("(", value(random_.Chance(70) ? Type::kInt4 : Type::kInt2), ")", cast);
    }
    if (type == Type::kInt8) {
        if (random_.Chance(30))
            return Sequence("(", value(type), " % 1000 + ", value(type), " % 1000)");
        return Sequence("(", value(type), " % 1000 * 7)");
    }
    if (type == Type::kNumeric && random_.Chance(40)) {
        return Sequence("round(", value(type), " % 100 * (", value(type), " % 100), 2)");
    }
    if (type == Type::kFloat8 && random_.Chance(30))
        return Sequence("(floor(", value(type), ") + 0)");
    return random_.Chance(50) ? Sequence("(", value(type), " + ", value(type), ")", cast)
                              : Sequence("(- ", value(type), " + 0.5)", cast);
}

Syntax QueryMaker::Text(const Scope& scope, int depth) {
    const auto value = [&](Type type) { return Expression(type, scope, depth); };
    switch (random_.Below(10)) {
    case 0:
        return Sequence("(", value(Type::kText), " || ", value(Type::kText), ")");
    case 1:
        return Sequence("upper(", value(Type::kText), ")");
    case 2:
        return Sequence("left(", value(Type::kText), ", 3)");
    case 3:
        return Sequence("(", value(Type::kJsonb), " ->> 'a')");
    case 4:
        return Sequence("shout(", value(Type::kText), ")");
    case 5:
        return Sequence("concat(", value(Type::kText), ", '-', ", value(Type::kInt4), ")");
    case 6:
        return Sequence("replace(", value(Type::kText), ", 'a', 'o')");
    case 7: {
        if (scope.items.empty() || random_.Chance(50)) {
            return Sequence("md5(", value(Type::kText), ")");
        }
        const std::string& alias = random_.Pick(scope.items).alias;
        return alias.empty() ? Constant(Type::kText) : Syntax("(" + alias + ")::text");
    }
    default:
        return Sequence("(", value(TypeInScope(scope)), ")::text");
    }
}

Syntax QueryMaker::Document(const Scope& scope, int depth) {
    switch (random_.Below(4)) {
    case 0:
        return Sequence("jsonb_build_object('a', ", Expression(Type::kInt4, scope, depth),
                        ", 'b', ", Expression(Type::kText, scope, depth), ")");
    case 1:
        return Sequence("to_jsonb(", Expression(JsonType(scope), scope, depth), ")");
    case 2:
        return Sequence("(", Expression(Type::kJsonb, scope, depth), " -> 'a')");
    default:
        return Sequence("jsonb_build_array(", Expression(Type::kInt8, scope, depth), ")");
    }
}

Syntax QueryMaker::Array(Type type, const Scope& scope, int depth) {
    const Type element = type == Type::kIntArray ? Type::kInt4 : Type::kText;
    if (random_.Chance(30) && depth > 0) {
        QueryWish wish;
        wish.types = {element};
        wish.named = true;
        wish.outer = &scope;
        return Sequence("ARRAY(SELECT x1 FROM (", Query(wish, depth - 1).syntax, ") AS ",
                        NewAlias(), " ORDER BY 1)");
    }
    if (random_.Chance(40)) {
        return Sequence("(", Expression(type, scope, depth), " || ",
                        Expression(element, scope, depth), ")");
    }
    return Sequence("ARRAY[", Expression(element, scope, depth), ", ",
                    Expression(element, scope, depth), "]");
}

Syntax QueryMaker::Moment(Type type, const Scope& scope, int depth) {
    const auto value = [&](Type of) { return Expression(of, scope, depth); };
    switch (type) {
    case Type::kDate:
        return random_.Chance(50) ? Sequence("(", value(type), " + ", value(Type::kInt4), " % 100)")
                                  : Sequence("(", value(Type::kTimestamp), ")::date");
    case Type::kTimestamp:
        return random_.Chance(50) ? Sequence("date_trunc('hour', ", value(type), ")")
                                  : Sequence("(", value(Type::kDate), ")::timestamp");
    case Type::kTimestamptz:
        return random_.Chance(50) ? Sequence("(", value(type), " + ", value(Type::kInterval), ")")
                                  : Sequence("(", value(Type::kTimestamp), ")::timestamptz");
    case Type::kTime:
        return Sequence("(", value(Type::kTimestamp), ")::time");
    default:
        return Sequence("(", value(type), " * 2)");
    }
}

}  // namespace pgspan::test
