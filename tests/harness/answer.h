// What a server answered to one statement: pure data, shared by the sessions that fill it and the
// comparisons that read it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pgspan::test {

using Value = std::optional<std::string>;  // nothing: SQL NULL
using Row = std::vector<Value>;

struct Column {
    std::string name;
    unsigned type_oid = 0;
    int type_modifier = -1;
    std::string type_name;  // filled by who can ask the server; empty otherwise
    bool is_plain = false;  // a table's column, and no expression
};

enum class AnswerKind {
    kRows,     // columns and rows
    kCommand,  // only a command tag
    kCopyOut,  // rows of one value each: the lines of COPY TO STDOUT
    kError,    // sqlstate, message, detail, hint
    kLost,     // the connection broke; message says how
    kTimeout,  // no answer before the deadline; the session is closed
};

struct Answer {
    AnswerKind kind = AnswerKind::kCommand;
    std::vector<Column> columns;
    std::vector<Row> rows;
    std::string tag;  // as psql prints it: "INSERT 0 3"
    std::string sqlstate;
    std::string message;
    std::string detail;
    std::string hint;

    [[nodiscard]] bool ok() const {
        return kind == AnswerKind::kRows || kind == AnswerKind::kCommand ||
               kind == AnswerKind::kCopyOut;
    }
};

}  // namespace pgspan::test
