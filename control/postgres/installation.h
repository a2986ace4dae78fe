// Installation: a PostgreSQL on this machine that can run nodes: version 15 or newer, with the
// extension pgspan installed. Known by its bindir; its pg_config tells the rest.
#pragma once

#include <string>

#include "control/outcome.h"
#include "control/process/account.h"
#include "control/process/wait.h"

namespace pgspan::control {

inline constexpr int kOldestServer = 15;
inline constexpr const char* kBindirVariable = "PGSPAN_PG_BINDIR";

struct Installation {
    std::string bindir;
    std::string version;  // as pg_config says it, without the leading word
};

// `bindir` as the user named it; if empty, the one in the environment (kBindirVariable); if there
// is none either, the newest suitable one of those on this machine.
Outcome<Installation> FindInstallation(const std::string& bindir, const Account& account,
                                       const WaitLimit& limit);

}  // namespace pgspan::control
