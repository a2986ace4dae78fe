#include "tests/runner/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

namespace pgspan::test {
namespace {

constexpr size_t kRowsShown = 4;

std::string Show(const Row& row) {
    std::string text;
    for (const Value& value : row) {
        if (!text.empty()) text += " | ";
        text += value ? *value : "∅";
    }
    return "(" + text + ")";
}

bool IsFloat(const Column& column) {
    return column.type_name == "double precision" || column.type_name == "real";
}

bool CloseEnough(const std::string& a, const std::string& b) {
    const double x = std::strtod(a.c_str(), nullptr);
    const double y = std::strtod(b.c_str(), nullptr);
    if (!std::isfinite(x) || !std::isfinite(y)) return a == b;
    return std::abs(x - y) <= 1e-9 * std::max({std::abs(x), std::abs(y), 1e-6});
}

bool Equal(const Row& a, const Row& b, const std::vector<Column>& columns, bool approximate) {
    if (a == b) return true;
    if (!approximate || a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
        if (a[i] == b[i]) continue;
        const bool tolerable = i < columns.size() && IsFloat(columns[i]) && a[i] && b[i];
        if (!tolerable || !CloseEnough(*a[i], *b[i])) return false;
    }
    return true;
}

// What rows are sorted by before they are paired: floats rounded, so that nearly equal ones meet.
Row SortKey(const Row& row, const std::vector<Column>& columns, bool approximate) {
    Row key = row;
    for (size_t i = 0; approximate && i < key.size() && i < columns.size(); ++i) {
        if (!key[i] || !IsFloat(columns[i])) continue;
        char buffer[64];
        std::snprintf(buffer, sizeof buffer, "%.6e", std::strtod(key[i]->c_str(), nullptr));
        key[i] = buffer;
    }
    return key;
}

std::vector<Row> Sorted(std::vector<Row> rows, const std::vector<Column>& columns,
                        bool approximate) {
    std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        return SortKey(a, columns, approximate) < SortKey(b, columns, approximate);
    });
    return rows;
}

std::string Signature(const Answer& answer) {
    std::string text;
    for (const Column& column : answer.columns) {
        text += (text.empty() ? "" : ", ") + column.name + " " + column.type_name;
    }
    return text;
}

std::string DifferenceOfRows(const Answer& truth, const Answer& cluster, const Comparison& how) {
    std::vector<Row> expected = truth.rows;
    std::vector<Row> got = cluster.rows;
    if (!how.ordered) {
        expected = Sorted(std::move(expected), truth.columns, how.approximate);
        got = Sorted(std::move(got), truth.columns, how.approximate);
    }
    std::ostringstream out;
    if (expected.size() != got.size()) {
        out << expected.size() << " rows expected, " << got.size() << " came\n";
    }
    size_t shown = 0;
    for (size_t i = 0; i < std::max(expected.size(), got.size()) && shown < kRowsShown; ++i) {
        if (i < expected.size() && i < got.size() &&
            Equal(expected[i], got[i], truth.columns, how.approximate)) {
            continue;
        }
        if (i < expected.size()) out << "  postgres " << Show(expected[i]) << "\n";
        if (i < got.size()) out << "  cluster  " << Show(got[i]) << "\n";
        ++shown;
    }
    return out.str();
}

}  // namespace

std::string Describe(const Answer& answer, size_t rows_max) {
    switch (answer.kind) {
    case AnswerKind::kError:
        return "ERROR " + answer.sqlstate + ": " + answer.message +
               (answer.detail.empty() ? "" : " DETAIL: " + answer.detail);
    case AnswerKind::kLost:
        return "CONNECTION LOST: " + answer.message;
    case AnswerKind::kTimeout:
        return "HANGS: " + answer.message;
    case AnswerKind::kCommand:
        return answer.tag;
    case AnswerKind::kRows:
    case AnswerKind::kCopyOut:
        break;
    }
    std::string text = std::to_string(answer.rows.size()) + " rows";
    for (size_t i = 0; i < std::min(rows_max, answer.rows.size()); ++i) {
        text += "\n  " + Show(answer.rows[i]);
    }
    return text;
}

std::string Difference(const Answer& truth, const Answer& cluster, const Comparison& how) {
    const bool same_kind = truth.kind == cluster.kind;
    if (same_kind && truth.kind == AnswerKind::kError) {
        if (truth.sqlstate == cluster.sqlstate) return "";
    } else if (same_kind && truth.ok()) {
        if (truth.tag != cluster.tag) {
            return "  postgres " + truth.tag + "\n  cluster  " + cluster.tag + "\n";
        }
        if (Signature(truth) != Signature(cluster)) {
            return "  postgres " + Signature(truth) + "\n  cluster  " + Signature(cluster) + "\n";
        }
        return DifferenceOfRows(truth, cluster, how);
    }
    return "  postgres " + Describe(truth, kRowsShown) + "\n  cluster  " +
           Describe(cluster, kRowsShown) + "\n";
}

}  // namespace pgspan::test
