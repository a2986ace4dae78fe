// What a connection to a node is opened with.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::connection {

struct ConnectOptions {
    static constexpr int kCapacity = 64;
    const char* keywords[kCapacity + 1];
    const char* values[kCapacity + 1];
    int count;
    bool role_is_set;  // the user is not who logs in, but takes the role

    void Set(const char* keyword, const char* value);
};

// Options for the current user on a node, in the current memory context: pgspan.node_conninfo,
// pgspan.auth_info, then what is fixed. A user of whom pgspan.auth_info knows nothing comes to the
// node by SET ROLE, from the session's own login, where PostgreSQL allows that here, and unless
// MustLogIn. node_id 0: the node is not known (yet).
void BuildConnectOptions(ConnectOptions* options, int32 node_id, const char* host, int32 port,
                         const char* dbname);

// True inside SECURITY DEFINER functions, and what PostgreSQL runs as a table's owner: code there
// cannot take its role off, and must not be able to do so on a node.
[[nodiscard]] bool MustLogIn();

// The check hook of pgspan.node_conninfo.
bool CheckNodeConninfo(char** value, void** extra, GucSource source);

}  // namespace pgspan::connection
