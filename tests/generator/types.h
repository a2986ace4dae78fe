// The column types that random schemas are made of, and values of them. Values come from small
// domains, so that joins meet; equal values look equal (numerics of two digits after the point,
// intervals of whole days, no negative zero), so that it does not matter which of several equal
// rows an answer shows; floats are multiples of a half, so that sums are the same in any order.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "tests/generator/random.h"

namespace pgspan::test {

enum class Type {
    kInt2,
    kInt4,
    kInt8,
    kNumeric,
    kFloat4,
    kFloat8,  // the numbers first
    kText,
    kVarchar,
    kChar,
    kBool,
    kDate,
    kTimestamp,
    kTimestamptz,
    kTime,
    kInterval,
    kUuid,
    kBytea,
    kJsonb,
    kIntArray,
    kTextArray,
    kMood,
    kPositive,
    kPair,
    kRange,
};

// As in column definitions and casts.
const char* Name(Type type);
// The type of expressions in casts of results that aggregates and arithmetic give.
bool IsNumber(Type type);
bool HasMinMax(Type type);
// Whether hash partitioning works for it.
bool IsKeyable(Type type);
// Constants that differ little in their text, with a cast.
std::string Literal(Type type, Random& random);
// The simplest constant of the type.
std::string Simplest(Type type);
Type AnyType(Random& random);

// The types above that have to be created, for either side.
std::vector<std::string> TypeDefinitions();

}  // namespace pgspan::test
