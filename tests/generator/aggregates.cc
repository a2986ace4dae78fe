// Aggregate and window function calls of a wanted type.
#include "tests/generator/query_maker.h"

namespace pgspan::test {

Syntax QueryMaker::Filter(const Scope& scope, int depth) {
    if (!random_.Chance(25)) return "";
    return Optional(" FILTER (WHERE ", Condition(scope, depth), ")");
}

Syntax QueryMaker::Aggregate(Type type, const Scope& scope, int depth) {
    return Choice(Name(type), Simplest(type), PlainAggregate(type, scope, depth));
}

Syntax QueryMaker::PlainAggregate(Type type, const Scope& scope, int depth) {
    const auto value = [&](Type of) { return Expression(of, scope, depth); };
    const auto filter = [&] { return Filter(scope, depth); };
    const auto call = [&](const std::string& name, Type of, const std::string& end = ")") {
        const bool distinct = random_.Chance(15);
        return Sequence(name, distinct ? "(DISTINCT " : "(", value(of), end, filter());
    };
    // In the order of a repeated argument: equal values look equal.
    const auto ordered = [&](const std::string& name, Type of, const std::string& more = "") {
        // As text: were one of them simplified alone, the order would be any.
        const std::string argument = Render(value(of));
        const char* direction = random_.Chance(30) ? " DESC NULLS LAST)" : ")";
        return Sequence(name, random_.Chance(20) && more.empty() ? "(DISTINCT " : "(", argument,
                        more, " ORDER BY ", argument, direction, filter());
    };
    if (HasMinMax(type) && random_.Chance(35))
        return call(random_.Chance(50) ? "min" : "max", type);
    switch (type) {
    case Type::kInt2:
        return random_.Chance(50) ? call("bit_or", type)
                                  : Sequence("(count(*)", filter(), " % 100)::smallint");
    case Type::kInt4:
        switch (random_.Below(5)) {
        case 0:
            return call("bit_and", type);
        case 1:
            return Sequence("(", call("sum", type), " % 1000)::integer");
        case 2:
            return Sequence("rank(", Constant(type), ") WITHIN GROUP (ORDER BY ", value(type),
                            ")::integer");
        default:
            return Sequence("(", call("count", TypeInScope(scope)), " % 1000)::integer");
        }
    case Type::kInt8:
        switch (random_.Below(5)) {
        case 0:
            return Sequence("count(*)", filter());
        case 1:
            return call("sum", Type::kInt4);
        case 2:
            return call("sum", Type::kInt2);
        case 3:
            return Sequence("count(DISTINCT ", value(TypeInScope(scope)), ")", filter());
        default:
            return call("count", TypeInScope(scope));
        }
    case Type::kNumeric:
        switch (random_.Below(5)) {
        case 0:
            return Sequence("round(", call("avg", Type::kInt4), ", 2)");
        case 1:
            return Sequence("round(", call("var_pop", Type::kInt4), ", 2)");
        case 2:
            return Sequence("round(", call("sum", Type::kInt8), ", 2)");
        case 3:
            return Sequence("round(", call("avg", type), ", 2)");
        default:
            return Sequence("round(", call("sum", type), ", 2)");
        }
    case Type::kFloat4:
        return call("sum", type);
    case Type::kFloat8:
        return random_.Chance(50) ? call("sum", type)
                                  : Sequence("(floor(", call("avg", type), ") + 0)");
    case Type::kText:
        if (random_.Chance(30)) {
            return Sequence("mode() WITHIN GROUP (ORDER BY ", value(type), ")", filter());
        }
        return ordered("string_agg", type, ", ','");
    case Type::kBool:
        return call(random_.Chance(50) ? "bool_and" : "bool_or", type);
    case Type::kInterval:
        return call("sum", type);
    case Type::kJsonb:
        return ordered("jsonb_agg", JsonType(scope));
    case Type::kIntArray:
        return ordered("array_agg", Type::kInt4);
    case Type::kTextArray:
        return ordered("array_agg", Type::kText);
    default:
        break;
    }
    if (random_.Chance(50)) {
        return Sequence("percentile_disc(0.5) WITHIN GROUP (ORDER BY ", value(type), ")", filter());
    }
    return Sequence("(", ordered("array_agg", type), ")[1]");
}

// ORDER BY the unique keys of all items, if they have some; otherwise nothing.
Syntax QueryMaker::WindowOrder(const Scope& scope) {
    std::vector<Syntax> columns;
    for (const Item& item : scope.items) {
        if (item.unique.empty()) return "";
        for (const std::string& column : item.unique) columns.push_back(Syntax(column));
    }
    if (random_.Chance(30)) columns[0] = Sequence(columns[0], " DESC NULLS LAST");
    const size_t count = columns.size();
    return Sequence("ORDER BY ", List(std::move(columns), ", ", count));
}

Syntax QueryMaker::Window(Type type, const Scope& scope, int depth) {
    static const std::vector<std::string> kFrames = {
        "", "", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW",
        " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING",
        " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW"};
    Syntax partition = "";
    if (random_.Chance(60)) {
        std::vector<Syntax> keys = {Expression(TypeInScope(scope), scope, 0)};
        if (random_.Chance(30)) keys.push_back(Expression(TypeInScope(scope), scope, depth));
        partition = Optional("PARTITION BY ", List(std::move(keys)), " ");
    }
    Syntax order = WindowOrder(scope);
    const bool total = Render(order) != "";
    Syntax call;
    std::string frame;
    if (total && random_.Chance(60)) {
        if (type == Type::kInt8 && random_.Chance(60)) {
            call = "row_number()";
        } else {
            static const std::vector<std::string> kFunctions = {"lag", "lead", "first_value",
                                                                "last_value"};
            call = Sequence(random_.Pick(kFunctions), "(", Expression(type, scope, depth), ")");
            frame = random_.Pick(kFrames);
        }
    } else {
        if (type == Type::kInt8 && random_.Chance(50)) {
            call = random_.Chance(50) ? "rank()" : "dense_rank()";
        } else if (type == Type::kInt8) {
            call =
                Sequence("sum(", Expression(Type::kInt4, scope, depth), ")", Filter(scope, depth));
        } else if (HasMinMax(type)) {
            call = Sequence(random_.Chance(50) ? "min(" : "max(", Expression(type, scope, depth),
                            ")", Filter(scope, depth));
        } else {
            return Expression(type, scope, depth);
        }
        // Peers share a frame, so that any order will do.
        if (!total || random_.Chance(50)) {
            order = Optional("ORDER BY ", Expression(TypeInScope(scope), scope, depth));
        } else {
            frame = random_.Pick(kFrames);
        }
    }
    return Choice(Name(type), Simplest(type), std::move(call), " OVER (", std::move(partition),
                  std::move(order), frame, ")");
}

}  // namespace pgspan::test
