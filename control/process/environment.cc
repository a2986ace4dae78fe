#include "control/process/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace pgspan::control {

void ForgetPostgresVariables(std::initializer_list<std::string_view> kept) {
    std::vector<std::string> names;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; entry++) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('='));
        if (!name.starts_with("PG") || name.starts_with("PGSPAN_") || name.starts_with("PG_")) {
            continue;
        }
        if (std::find(kept.begin(), kept.end(), name) == kept.end()) names.emplace_back(name);
    }
    for (const std::string& name : names) unsetenv(name.c_str());
}

}  // namespace pgspan::control
