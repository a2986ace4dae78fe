// Why answers differ: a report of `regression` sorted by reasons, as a table in Markdown.
//
// What the cluster refuses (0A000) gives its own reason. For anything else the reason is found by
// the answers and the statement: what follows from an earlier refusal of the same script (an object
// that was not made, rows that were not written, a transaction that has failed), what no two
// servers answer alike (times, transaction numbers, OIDs, the order of rows that the statement
// leaves open), plans; what remains is listed statement by statement.
#pragma once

#include <iosfwd>

namespace pgspan::test {

void PrintReasons(std::istream& report, std::ostream& out);

}  // namespace pgspan::test
