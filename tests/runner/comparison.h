// Decides whether the cluster answered a statement as one PostgreSQL did. Pure; called by the
// differential runner and by tests that compare with the truth.
#pragma once

#include <string>

#include "tests/harness/answer.h"

namespace pgspan::test {

struct Comparison {
    bool ordered = false;      // rows must come in the same order
    bool approximate = false;  // float4 and float8 values may differ by 1e-9 of their size
};

// Empty when equal; otherwise what differs, in a few lines that show both sides.
// Errors are equal when their SQLSTATEs are. Rows are compared as a multiset unless ordered.
std::string Difference(const Answer& truth, const Answer& cluster, const Comparison& how);

// One line (or a few rows) that shows an answer to a reader.
std::string Describe(const Answer& answer, size_t rows_max);

}  // namespace pgspan::test
