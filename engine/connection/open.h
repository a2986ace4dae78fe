// Making connections: objects, and opening them without blocking interrupts.
#pragma once

#include "engine/connection/connection_state.h"

namespace pgspan::connection {

// A connection that is not open yet.
Connection* NewConnection(int32 node_id, int32 group_id, const char* host, int32 port,
                          const char* dbname, Purpose purpose);
// Opens all of them at once; raises 08001 for the first that cannot be opened within
// pgspan.connect_timeout. Those that are not open afterwards are broken.
void OpenConnections(std::span<Connection* const> connections);

}  // namespace pgspan::connection
