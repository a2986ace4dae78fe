#include "control/postgres/postmaster_file.h"

#include <charconv>
#include <sstream>

namespace pgspan::control {

Result<PostmasterFile> ParsePostmasterFile(const std::string& text) {
    constexpr int kStateLine = 8;
    std::istringstream lines(text);
    std::string line;
    PostmasterFile file;
    for (int number = 1; std::getline(lines, line); number++) {
        if (number == 1) {
            const char* end = line.data() + line.size();
            const auto [rest, error] = std::from_chars(line.data(), end, file.process);
            // A process of its own group is written as a negative number.
            if (file.process < 0) file.process = -file.process;
            if (error != std::errc() || rest != end || file.process <= 1) {
                return Error{"postmaster.pid does not begin with the id of a process", ""};
            }
        } else if (number == kStateLine) {
            file.ready = line.starts_with("ready");
        }
    }
    if (file.process == 0) return Error{"postmaster.pid is empty", ""};
    return file;
}

}  // namespace pgspan::control
