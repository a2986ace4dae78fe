// SQL templates: a task's SQL as deparsed by PostgreSQL names containers (pgspan_data.orders_t12) and has a marker
// where the shard set goes. These functions replace such names by token, never inside literals or quoted identifiers.
// Pure. They rely on the form of PostgreSQL's deparser: no comments, no dollar quotes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgspan::placement {

// Replaces every unquoted occurrence of a qualified name (as a whole token sequence) by its substitute.
// Names may contain quoted parts (pgspan_data."Orders_t12").
std::string ReplaceNames(std::string_view sql,
                         const std::vector<std::pair<std::string_view, std::string_view>>& substitutes);

// Replaces the first occurrence of slot by text; returns sql unchanged if it has none.
std::string FillSlot(std::string_view sql, std::string_view slot, std::string_view text);

}  // namespace pgspan::placement
