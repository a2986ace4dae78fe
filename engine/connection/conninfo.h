// What a connection to a node is opened with.
#pragma once

#include "engine/connection/connection.h"
#include "engine/pg/postgres.h"

namespace pgspan::connection {

struct ConnectOptions {
    static constexpr int kCapacity = 64;
    const char* keywords[kCapacity + 1];
    const char* values[kCapacity + 1];
    int count;

    void Set(const char* keyword, const char* value);
};

// Options for a node, in the current memory context: pgspan.node_conninfo, pgspan.auth_info of the
// login (connection/roles.h), then what is fixed. node_id 0: the node is not known (yet).
void BuildConnectOptions(ConnectOptions* options, int32 node_id, const char* host, int32 port,
                         const char* dbname, Purpose purpose);

// The check hook of pgspan.node_conninfo.
bool CheckNodeConninfo(char** value, void** extra, GucSource source);

}  // namespace pgspan::connection
