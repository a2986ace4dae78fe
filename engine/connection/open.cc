#include "engine/connection/open.h"

#include "engine/connection/conninfo.h"
#include "engine/metadata/node_session.h"

extern "C" {
#include "storage/fd.h"
}

namespace pgspan::connection {

namespace {

uint32 EventsFor(PostgresPollingStatusType polling) {
    return polling == PGRES_POLLING_READING ? WL_SOCKET_READABLE : WL_SOCKET_WRITEABLE;
}

const char** CopyStrings(MemoryContext context, const char* const* strings, int count) {
    auto** copy =
        static_cast<const char**>(MemoryContextAllocZero(context, sizeof(char*) * (count + 1)));
    for (int i = 0; i < count; i++) copy[i] = MemoryContextStrdup(context, strings[i]);
    return copy;
}

[[noreturn]] void RaiseNotOpened(Connection* c, const char* reason) {
    char* detail = pstrdup(reason && reason[0] ? reason : "out of memory");
    pg_strip_crlf(detail);
    const bool needs_password = c->libpq && PQconnectionNeedsPassword(c->libpq);
    MarkLost(c, detail);
    ereport(ERROR, errcode(ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION),
            errmsg("could not connect to node %s", c->label), errdetail_internal("%s", detail),
            needs_password
                ? errhint("Give the node's password in pgspan.auth_info, or a passfile in "
                          "pgspan.node_conninfo.")
                : 0);
    pg_unreachable();
}

void StartOpening(Connection* c) {
    if (!AcquireExternalFD())
        ereport(ERROR, errcode(ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION),
                errmsg("could not connect to node %s", c->label),
                errdetail("There are too many open files."),
                errhint("Raise max_files_per_process or the server's limit of open files."));
    c->has_external_fd = true;
    c->libpq = PQconnectStartParams(c->keywords, c->values, 0);
    if (c->libpq == nullptr || PQstatus(c->libpq) == CONNECTION_BAD)
        RaiseNotOpened(c, c->libpq ? PQerrorMessage(c->libpq) : nullptr);
}

void FinishOpening(Connection* c) {
    if (PQsetnonblocking(c->libpq, 1) != 0 || PQenterPipelineMode(c->libpq) != 1)
        RaiseNotOpened(c, PQerrorMessage(c->libpq));
    InstallNoticeReceiver(c);
    c->opened = true;
    const char* challenge = PQparameterStatus(c->libpq, metadata::kChallengeSetting);
    if (challenge) c->challenge = MemoryContextStrdup(c->context, challenge);
}

struct Opening {
    Connection* connection;
    PostgresPollingStatusType polling;
};

// One step of each connection whose socket may be ready; returns how many are still being opened.
size_t PollAll(std::span<Opening> openings) {
    size_t left = 0;
    for (Opening& opening : openings) {
        Connection* c = opening.connection;
        if (c->opened) continue;
        opening.polling = PQconnectPoll(c->libpq);
        if (opening.polling == PGRES_POLLING_FAILED) RaiseNotOpened(c, PQerrorMessage(c->libpq));
        if (opening.polling == PGRES_POLLING_OK)
            FinishOpening(c);
        else
            left++;
    }
    return left;
}

void WaitForAny(std::span<const Opening> openings, const Deadline& deadline) {
    auto* interests =
        static_cast<SocketInterest*>(palloc(sizeof(SocketInterest) * openings.size()));
    size_t count = 0;
    Connection* slow = nullptr;
    for (const Opening& opening : openings) {
        if (opening.connection->opened) continue;
        slow = opening.connection;
        interests[count++] = {PQsocket(slow->libpq), EventsFor(opening.polling)};
    }
    if (!slow) return;
    // libpq may have closed one socket and opened another of the same number.
    ForgetWaitSet();
    const bool ready = WaitForSockets({interests, count}, deadline.RemainingMs());
    ForgetWaitSet();
    pfree(interests);
    if (!ready && deadline.RemainingMs() == 0)
        RaiseNotOpened(
            slow, psprintf("no answer within %d s (pgspan.connect_timeout)", connect_timeout_s));
}

// The sockets of those that are ready must not be polled early: PQconnectPoll would take that for
// readiness.
void OpenAllOf(std::span<Opening> openings) {
    const Deadline deadline(connect_timeout_s * 1000);
    for (Opening& opening : openings) {
        StartOpening(opening.connection);
        opening.polling = PGRES_POLLING_WRITING;
    }
    size_t left = openings.size();
    while (left > 0) {
        WaitForAny(openings, deadline);
        left = PollAll(openings);
    }
}

}  // namespace

Connection* NewConnection(int32 node_id, int32 group_id, const char* host, int32 port,
                          const char* dbname, Purpose purpose) {
    ConnectOptions options;
    BuildConnectOptions(&options, node_id, host, port, dbname, purpose);
    const MemoryContext context =
        AllocSetContextCreate(TopMemoryContext, "pgspan connection", ALLOCSET_SMALL_SIZES);
    auto* c = static_cast<Connection*>(MemoryContextAllocZero(context, sizeof(Connection)));
    new (c) Connection();
    c->context = context;
    c->at_reset.func = [](void* connection) { DropLibpq(static_cast<Connection*>(connection)); };
    c->at_reset.arg = c;
    MemoryContextRegisterResetCallback(context, &c->at_reset);
    c->group_id = group_id;
    c->roles = kRolesOfLogin;
    c->is_strange = node_id == 0;
    c->host = MemoryContextStrdup(context, host);
    c->port = port;
    char* label = psprintf("%s:%d", host, port);
    c->label = MemoryContextStrdup(context, label);
    MemoryContextCopyAndSetIdentifier(context, label);
    c->keywords = CopyStrings(context, options.keywords, options.count);
    c->values = CopyStrings(context, options.values, options.count);
    c->owner = GetCurrentSubTransactionId();
    InitializePrepared(c);
    return c;
}

void OpenConnections(std::span<Connection* const> connections) {
    auto* openings = static_cast<Opening*>(palloc0(sizeof(Opening) * connections.size()));
    for (size_t i = 0; i < connections.size(); i++) openings[i].connection = connections[i];
    OpenAllOf({openings, connections.size()});
    pfree(openings);
}

PGconn* OpenAgain(const Connection* c, const Deadline& deadline) {
    if (!AcquireExternalFD()) return nullptr;
    PGconn* libpq = PQconnectStartParams(c->keywords, c->values, 0);
    PostgresPollingStatusType polling = PGRES_POLLING_WRITING;
    if (libpq == nullptr || PQstatus(libpq) == CONNECTION_BAD) polling = PGRES_POLLING_FAILED;
    while (polling == PGRES_POLLING_READING || polling == PGRES_POLLING_WRITING) {
        if (!WaitForSocketQuietly({PQsocket(libpq), EventsFor(polling)}, deadline))
            polling = PGRES_POLLING_FAILED;
        else
            polling = PQconnectPoll(libpq);
    }
    if (polling == PGRES_POLLING_OK && PQsetnonblocking(libpq, 1) == 0 &&
        PQenterPipelineMode(libpq) == 1)
        return libpq;
    PQfinish(libpq);
    ReleaseExternalFD();
    return nullptr;
}

void DropLibpq(Connection* c) {
    for (PGresult** result : {&c->row, &c->end, &c->failed}) {
        PQclear(*result);
        *result = nullptr;
    }
    FreeWaitSet(c);
    if (c->libpq) {
        PQfinish(c->libpq);
        ForgetWaitSet();
    }
    c->libpq = nullptr;
    if (c->has_external_fd) ReleaseExternalFD();
    c->has_external_fd = false;
}

void DestroyConnection(Connection* c) {
    MemoryContextDelete(c->context);
}

}  // namespace pgspan::connection
