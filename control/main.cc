// The pgspan program: the control plane of a cluster.
#include <sys/stat.h>

#include <cstdio>
#include <exception>

#include "control/cli/command_line.h"
#include "control/outcome.h"
#include "control/process/environment.h"

int main(int count, char** arguments) {
    // Whatever is made is private unless its maker says otherwise.
    umask(077);
    // What speaks of the session, and not of where it leads, stays for psql.
    pgspan::control::ForgetPostgresVariables(
        {"PGOPTIONS", "PGAPPNAME", "PGCLIENTENCODING", "PGTZ", "PGDATESTYLE", "PGGEQO"});
    try {
        return pgspan::control::RunCommandLine(count, arguments);
    } catch (const std::exception& error) {
        // Expected failures are Outcomes; what arrives here is a lack of memory, or a defect.
        std::fprintf(stderr, "pgspan: unexpected: %s\n", error.what());
        return static_cast<int>(pgspan::control::ExitCode::kFailure);
    }
}
