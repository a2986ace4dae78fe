#include "tests/generator/types.h"

namespace pgspan::test {
namespace {

std::string Quoted(const std::string& value, Type type) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'') text += '\'';
        text += c;
    }
    return text + "'::" + Name(type);
}

std::string TwoDigits(int number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string Word(Random& random) {
    static const std::vector<std::string> kWords = {
        "a",    "b",   "ab", "A", "abc", "B",    "it's", "x y", "",
        "ä",    "Zoë", "%",  "_", "-1",  "null", "a\\b", "{}",  "long " + std::string(40, 'x'),
        "🙂", "10",  "9",  "a"};
    return random.Pick(kWords);
}

std::string ShortWord(Random& random) {
    static const std::vector<std::string> kWords = {"a", "b", "ab", "A", "abc", "it's", "", "ä"};
    return random.Pick(kWords);
}

std::string Half(Random& random) {
    const int halves = random.Between(-20, 60);
    if (halves == 0) return "0";
    return std::string(halves < 0 ? "-" : "") + std::to_string(std::abs(halves) / 2) +
           (halves % 2 != 0 ? ".5" : "");
}

std::string Day(Random& random) {
    return "2024-" + TwoDigits(random.Between(1, 3)) + "-" + TwoDigits(random.Between(1, 12));
}

std::string ClockTime(Random& random) {
    return TwoDigits(random.Between(0, 23)) + ":" + TwoDigits(30 * random.Between(0, 1)) + ":00";
}

std::string Integer(Type type, Random& random) {
    if (type == Type::kInt8 && random.Chance(4)) return "5000000000";
    if (random.Chance(4)) return std::to_string(random.Between(-800, 800));
    return std::to_string(random.Between(-3, 15));
}

std::string Json(Random& random) {
    static const std::vector<std::string> kDocuments = {"{}",
                                                        "[]",
                                                        "1",
                                                        "null",
                                                        "\"a\"",
                                                        R"({"a": 1})",
                                                        R"({"a": null, "b": [1, 2]})",
                                                        R"({"a": {"b": "x"}})",
                                                        "[1, \"a\", null]",
                                                        "true"};
    return random.Pick(kDocuments);
}

std::string ArrayOf(Random& random, const std::vector<std::string>& elements) {
    std::string text = "{";
    const int count = random.Between(0, 3);
    for (int i = 0; i < count; ++i) text += (i > 0 ? "," : "") + random.Pick(elements);
    return text + "}";
}

}  // namespace

const char* Name(Type type) {
    switch (type) {
    case Type::kInt2:
        return "smallint";
    case Type::kInt4:
        return "integer";
    case Type::kInt8:
        return "bigint";
    case Type::kNumeric:
        return "numeric(12,2)";
    case Type::kFloat4:
        return "real";
    case Type::kFloat8:
        return "double precision";
    case Type::kText:
        return "text";
    case Type::kVarchar:
        return "varchar(60)";
    case Type::kChar:
        return "char(6)";
    case Type::kBool:
        return "boolean";
    case Type::kDate:
        return "date";
    case Type::kTimestamp:
        return "timestamp";
    case Type::kTimestamptz:
        return "timestamptz";
    case Type::kTime:
        return "time";
    case Type::kInterval:
        return "interval";
    case Type::kUuid:
        return "uuid";
    case Type::kBytea:
        return "bytea";
    case Type::kJsonb:
        return "jsonb";
    case Type::kIntArray:
        return "integer[]";
    case Type::kTextArray:
        return "text[]";
    case Type::kMood:
        return "mood";
    case Type::kPositive:
        return "positive";
    case Type::kPair:
        return "pair";
    case Type::kRange:
        return "int4range";
    }
    return "";
}

bool IsNumber(Type type) {
    return type <= Type::kFloat8;
}

bool HasMinMax(Type type) {
    switch (type) {
    case Type::kBool:
    case Type::kUuid:
    case Type::kBytea:
    case Type::kJsonb:
    case Type::kPair:
    case Type::kRange:
        return false;
    default:
        return true;
    }
}

bool IsKeyable(Type type) {
    return type != Type::kBool;
}

std::string Literal(Type type, Random& random) {
    switch (type) {
    case Type::kInt2:
    case Type::kInt4:
    case Type::kInt8: {
        const std::string number = Integer(type, random);
        return (number[0] == '-' || type != Type::kInt4) ? Quoted(number, type) : number;
    }
    case Type::kNumeric:
        return random.Chance(3) ? Quoted("NaN", type) : Quoted(Half(random), type);
    case Type::kFloat4:
    case Type::kFloat8:
        return random.Chance(2)   ? Quoted("NaN", type)
               : random.Chance(2) ? Quoted("-Infinity", type)
                                  : Quoted(Half(random), type);
    case Type::kText:
    case Type::kVarchar:
        return Quoted(Word(random), type);
    case Type::kChar:
        return Quoted(ShortWord(random), type);
    case Type::kBool:
        return random.Chance(50) ? "true" : "false";
    case Type::kDate:
        return random.Chance(2) ? Quoted("infinity", type) : Quoted(Day(random), type);
    case Type::kTimestamp:
        return Quoted(Day(random) + " " + ClockTime(random), type);
    case Type::kTimestamptz:
        return Quoted(Day(random) + " " + ClockTime(random) + "+02", type);
    case Type::kTime:
        return Quoted(ClockTime(random), type);
    case Type::kInterval:
        return Quoted(std::to_string(random.Between(-2, 9)) + " days", type);
    case Type::kUuid:
        return Quoted("00000000-0000-4000-8000-0000000000" + TwoDigits(random.Between(0, 12)),
                      type);
    case Type::kBytea:
        return "decode('" + TwoDigits(random.Between(0, 15)) + "00ff', 'hex')";
    case Type::kJsonb:
        return Quoted(Json(random), type);
    case Type::kIntArray:
        return Quoted(ArrayOf(random, {"1", "2", "3", "NULL"}), type);
    case Type::kTextArray:
        return Quoted(ArrayOf(random, {"a", "\"\"", "\"x,y\"", "NULL", "ä"}), type);
    case Type::kMood:
        return Quoted(random.Pick<std::string>({"sad", "ok", "happy"}), type);
    case Type::kPositive:
        return Quoted(std::to_string(random.Between(1, 12)), type);
    case Type::kPair:
        return Quoted("(" + std::to_string(random.Between(1, 5)) + "," +
                          random.Pick<std::string>({"a", "b", "", "\"x y\""}) + ")",
                      type);
    case Type::kRange: {
        const int low = random.Between(0, 8);
        return Quoted(
            "[" + std::to_string(low) + "," + std::to_string(low + random.Between(0, 4)) + ")",
            type);
    }
    }
    return "NULL";
}

std::string Simplest(Type type) {
    Random first(1);
    switch (type) {
    case Type::kInt4:
        return "1";
    case Type::kInt2:
    case Type::kInt8:
    case Type::kNumeric:
    case Type::kFloat4:
    case Type::kFloat8:
        return std::string("1::") + Name(type);
    case Type::kText:
    case Type::kVarchar:
    case Type::kChar:
        return std::string("'a'::") + Name(type);
    case Type::kBool:
        return "true";
    default:
        return Literal(type, first);
    }
}

namespace {

const std::vector<Type>& AllTypes() {
    static const std::vector<Type> kAll = [] {
        std::vector<Type> all;
        for (int i = 0; i <= static_cast<int>(Type::kRange); ++i) {
            all.push_back(static_cast<Type>(i));
        }
        return all;
    }();
    return kAll;
}

}  // namespace

Type AnyType(Random& random) {
    // The everyday types more often.
    static const std::vector<Type> kEveryday = {Type::kInt4, Type::kInt8,    Type::kText,
                                                Type::kInt4, Type::kNumeric, Type::kText,
                                                Type::kDate, Type::kFloat8,  Type::kTimestamptz};
    return random.Chance(60) ? random.Pick(kEveryday) : random.Pick(AllTypes());
}

std::vector<std::string> TypeDefinitions() {
    return {"CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
            "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
            "CREATE TYPE pair AS (number integer, word text)"};
}

}  // namespace pgspan::test
