// SQL templates: a task's SQL as deparsed by PostgreSQL names containers (pgspan_data.orders_t12)
// and has a marker where the shard set goes. These functions replace such names by token, never
// inside literals or quoted identifiers. Pure. They rely on the form of PostgreSQL's deparser: no
// comments, no dollar quotes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgspan::placement {

// Replaces every unquoted occurrence of a qualified name (as a whole token sequence) by its
// substitute. Names may contain quoted parts (pgspan_data."Orders_t12").
std::string ReplaceNames(
    std::string_view sql,
    const std::vector<std::pair<std::string_view, std::string_view>>& substitutes);

// Replaces the literal 'slot' by 'text' wherever it is an argument of pgspan.task_shards, and
// nowhere else: a user's literal of the same text stays as it is.
std::string FillSlot(std::string_view sql, std::string_view slot, std::string_view text);

// An INSERT … VALUES ($1, …) … as deparsed, without its row: what stands before VALUES and after
// the row's parenthesis. The row must consist of parameters only. {sql, ""} if there is no VALUES.
std::pair<std::string, std::string> SplitInsert(std::string_view sql);

}  // namespace pgspan::placement
