// The settings of the room connection.
#include "engine/connection/conninfo.h"
#include "engine/connection/connection_state.h"

namespace pgspan::connection {

int connect_timeout_s = 10;
int max_prepared_statements = 1000;
int max_cached_connections = 256;
char* node_conninfo = nullptr;

void DefineSettings() {
    DefineCustomStringVariable(
        "pgspan.node_conninfo", "Additional libpq options for connections to other nodes.",
        "For example 'sslmode=verify-full sslrootcert=/etc/ca.crt passfile=/etc/pass'. "
        "Options for one node belong into pgspan.auth_info.",
        &node_conninfo, "", PGC_SUSET, GUC_SUPERUSER_ONLY, CheckNodeConninfo, nullptr, nullptr);
    DefineCustomIntVariable(
        "pgspan.connect_timeout", "Longest time to open a connection to a node.", nullptr,
        &connect_timeout_s, 10, 1, 3600, PGC_USERSET, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("pgspan.max_prepared_statements",
                            "Most statements kept prepared on each connection to a node.",
                            "The least recently used ones are dropped.", &max_prepared_statements,
                            1000, 0, 1000000, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable(
        "pgspan.max_cached_connections",
        "Most connections to other nodes that a session keeps between transactions.", nullptr,
        &max_cached_connections, 256, 0, 100000, PGC_USERSET, 0, nullptr, nullptr, nullptr);
}

}  // namespace pgspan::connection
