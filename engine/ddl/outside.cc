#include "engine/ddl/outside.h"

#include "engine/connection/connection.h"
#include "engine/ddl/mirror.h"
#include "engine/metadata/nodes.h"

extern "C" {
#include "commands/dbcommands.h"
}

namespace pgspan::ddl {

void RunOutside(const char* sql) {
    if (!IsOrigin()) return;
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    const char* database = get_database_name(MyDatabaseId);
    auto** connections = static_cast<connection::Connection**>(
        palloc(sizeof(connection::Connection*) * (nodes.size() + 1)));
    size_t count = 0;
    for (const metadata::Node& node : nodes)
        if (node.is_active && node.is_primary && !node.is_local)
            connections[count++] = connection::OpenOutside(node.host, node.port, database);
    if (count == 0) return;
    connection::ExecuteAll({connections, count}, "SET client_min_messages = error");
    connection::ExecuteAll({connections, count}, sql);
    for (size_t i = 0; i < count; i++) connection::Close(connections[i]);
}

}  // namespace pgspan::ddl
