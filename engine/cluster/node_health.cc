// Who reaches whom, and who this node is.
#include "engine/connection/connection.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"
#include "engine/pg/subtransaction.h"

extern "C" {
#include "commands/dbcommands.h"
}

using namespace pgspan;

namespace {

// The first column of the first row that a node answers; nullptr if it cannot be reached or fails.
char* Ask(const char* host, int32 port, const char* sql) {
    char* answer = nullptr;
    const MemoryContext caller = CurrentMemoryContext;
    pg::Attempt([&] {
        connection::Connection* node =
            connection::OpenOutside(host, port, get_database_name(MyDatabaseId));
        List* rows = connection::Query(node, sql);
        if (rows != NIL && static_cast<char**>(linitial(rows))[0])
            answer = MemoryContextStrdup(caller, static_cast<char**>(linitial(rows))[0]);
        connection::Close(node);
    });
    return answer;
}

void AddRow(ReturnSetInfo* result, const metadata::Node& from, const metadata::Node& to,
            const char* answer) {
    Datum values[5] = {CStringGetTextDatum(from.host), Int32GetDatum(from.port),
                       CStringGetTextDatum(to.host), Int32GetDatum(to.port),
                       BoolGetDatum(answer && answer[0] == 't')};
    bool nulls[5] = {false, false, false, false, answer == nullptr};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

}  // namespace

// citus_check_connection_to_node(nodename, nodeport): whether this node reaches another one.
PGSPAN_FUNCTION(citus_check_connection_to_node) {
    PG_RETURN_BOOL(Ask(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1), "SELECT 1") !=
                   nullptr);
}

// citus_check_cluster_node_health(): for every pair of active nodes; NULL where the first cannot be
// asked.
PGSPAN_FUNCTION(citus_check_cluster_node_health) {
    InitMaterializedSRF(fcinfo, 0);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (const metadata::Node& from : metadata::AllNodes()) {
        if (!from.is_active) continue;
        for (const metadata::Node& to : metadata::AllNodes()) {
            if (!to.is_active) continue;
            const char* question =
                psprintf("SELECT pg_catalog.citus_check_connection_to_node(%s, %d)",
                         quote_literal_cstr(to.host), to.port);
            const char* answer = from.is_local ? (Ask(to.host, to.port, "SELECT 1") ? "t" : "f")
                                               : Ask(from.host, from.port, question);
            AddRow(result, from, to, answer);
        }
    }
    return Datum{0};
}

PGSPAN_FUNCTION(citus_is_coordinator) {
    PG_RETURN_BOOL(metadata::IsCoordinator());
}

PGSPAN_FUNCTION(citus_version) {
    PG_RETURN_TEXT_P(
        cstring_to_text(psprintf("pgspan %s on PostgreSQL %s, Citus 13 API", PGSPAN_VERSION,
                                 GetConfigOption("server_version", false, false))));
}
