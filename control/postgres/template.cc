#include "control/postgres/template.h"

#include <set>

namespace pgspan::control {

Result<std::string> Render(std::string_view text, const Slots& slots) {
    std::string rendered;
    std::set<std::string, std::less<>> used;
    size_t position = 0;
    while (true) {
        const size_t open = text.find("{{", position);
        rendered.append(text.substr(position, open - position));
        if (open == std::string_view::npos) break;
        const size_t close = text.find("}}", open);
        if (close == std::string_view::npos) {
            return Error{"a slot is not closed: " + std::string(text.substr(open, 40)), ""};
        }
        const std::string key(text.substr(open + 2, close - open - 2));
        const auto value = slots.find(key);
        if (value == slots.end()) return Error{"slot '" + key + "' has no value", ""};
        rendered.append(value->second);
        used.insert(key);
        position = close + 2;
    }
    for (const auto& [key, value] : slots) {
        if (!used.contains(key)) return Error{"value '" + key + "' has no slot", ""};
    }
    return rendered;
}

}  // namespace pgspan::control
