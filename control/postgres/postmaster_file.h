// The file postmaster.pid in a data folder, as text. Pure.
#pragma once

#include <string>

#include "common/result.h"

namespace pgspan::control {

struct PostmasterFile {
    int process = 0;
    bool ready = false;  // it accepts connections
};

// The layout is PostgreSQL's (src/include/utils/pidfile.h): the process on line 1, and from 10 on
// the state on line 8. A postmaster that has only just begun has written fewer lines.
Result<PostmasterFile> ParsePostmasterFile(const std::string& text);

}  // namespace pgspan::control
