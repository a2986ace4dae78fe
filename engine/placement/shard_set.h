// ShardSet: a set of shard indexes of one colocation group, and its text form in which it travels
// inside a task ("0-15", "0,2,5-7"; "" is the empty set). Pure; used on both ends of a task.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace pgspan::placement {

inline constexpr int kMaxShardCount = 64000;

// Sorted, distinct indexes → text.
std::string FormatShardSet(const std::vector<int>& sorted_indexes);
// Text → sorted, distinct indexes, each in [0, kMaxShardCount).
Result<std::vector<int>> ParseShardSet(std::string_view text);

}  // namespace pgspan::placement
