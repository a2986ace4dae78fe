// Cancelling what runs on another node, in bounded time.
#include "engine/connection/connection_state.h"

namespace pgspan::connection {

namespace {

// The answer to the one command sent on a connection of our own.
bool AwaitAnswer(PGconn* libpq, const Deadline& deadline) {
    bool done = false;
    while (!done) {
        const bool unsent = PQflush(libpq) == 1;
        while (!done && !PQisBusy(libpq)) {
            PGresult* result = PQgetResult(libpq);
            const ExecStatusType status = PQresultStatus(result);
            if (PQstatus(libpq) != CONNECTION_OK || status == PGRES_PIPELINE_SYNC) done = true;
            PQclear(result);
        }
        if (done) break;
        const uint32 events =
            unsent ? WL_SOCKET_READABLE | WL_SOCKET_WRITEABLE : WL_SOCKET_READABLE;
        if (!WaitForSocketQuietly({PQsocket(libpq), events}, deadline)) return false;
        PQconsumeInput(libpq);
    }
    return PQstatus(libpq) == CONNECTION_OK;
}

}  // namespace

// PQcancel blocks for as long as it takes the other side to answer, which can be for ever when that
// side is stopped. A second connection can be waited for with a limit, and has the protection of
// TLS that PQcancel lacks.
bool RequestCancel(Connection* c, const Deadline& deadline) {
    if (c->broken) return false;
    PGconn* second = OpenAgain(c, deadline);
    if (second == nullptr) return false;
    char sql[80];
    snprintf(sql, sizeof(sql), "SELECT pg_catalog.pg_cancel_backend(%d)", PQbackendPID(c->libpq));
    const bool sent =
        PQsendQueryParams(second, sql, 0, nullptr, nullptr, nullptr, nullptr, 0) == 1 &&
        PQpipelineSync(second) == 1;
    const bool answered = sent && AwaitAnswer(second, deadline);
    PQfinish(second);
    ReleaseExternalFD();
    return answered;
}

}  // namespace pgspan::connection
