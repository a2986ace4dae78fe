#include "engine/placement/shard_set.h"

#include <charconv>

namespace pgspan::placement {

std::string FormatShardSet(const std::vector<int>& sorted_indexes) {
    std::string text;
    for (size_t i = 0; i < sorted_indexes.size();) {
        size_t last = i;
        while (last + 1 < sorted_indexes.size() &&
               sorted_indexes[last + 1] == sorted_indexes[last] + 1)
            last++;
        if (!text.empty()) text += ',';
        text += std::to_string(sorted_indexes[i]);
        if (last > i) text += '-' + std::to_string(sorted_indexes[last]);
        i = last + 1;
    }
    return text;
}

namespace {

// Reads a number at the start of text and removes it; -1 if there is none in range.
int TakeIndex(std::string_view& text) {
    int value = -1;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || value < 0 || value >= kMaxShardCount) return -1;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return value;
}

}  // namespace

Result<std::vector<int>> ParseShardSet(std::string_view text) {
    const Error malformed{"malformed shard set \"" + std::string(text) + "\"", ""};
    std::vector<int> indexes;
    while (!text.empty()) {
        const int first = TakeIndex(text);
        int last = first;
        if (first >= 0 && text.starts_with('-')) {
            text.remove_prefix(1);
            last = TakeIndex(text);
        }
        if (first < 0 || last < first) return malformed;
        if (!indexes.empty() && first <= indexes.back()) return malformed;
        for (int i = first; i <= last; i++) indexes.push_back(i);
        if (text.empty()) break;
        if (!text.starts_with(',') || text.size() == 1) return malformed;
        text.remove_prefix(1);
    }
    return indexes;
}

}  // namespace pgspan::placement
