// COPY … FROM STDIN on a connection. libpq knows COPY outside pipeline mode only.
#include "engine/connection/connection_state.h"

#include <poll.h>

namespace pgspan::connection {

namespace {

constexpr size_t kCheckedEvery = 128 * 1024;    // bytes
constexpr size_t kUnflushedMost = 1024 * 1024;  // bytes

// The next result outside pipeline mode; raises interrupts and loss. nullptr at the end.
PGresult* AwaitResult(Connection* c) {
    for (;;) {
        const bool unsent = PQflush(c->libpq) == 1;
        if (!PQisBusy(c->libpq)) break;
        WaitForSocket(c, unsent ? WL_SOCKET_READABLE | WL_SOCKET_WRITEABLE : WL_SOCKET_READABLE);
        if (PQconsumeInput(c->libpq) != 1 && !PQisBusy(c->libpq)) break;
    }
    PGresult* result = PQgetResult(c->libpq);
    if (PQstatus(c->libpq) == CONNECTION_OK) return result;
    if (result && SqlStateOf(result) == 0)
        MarkLost(c, PQresultErrorMessage(result));
    else if (result)
        DescribeResult(result, c->lost_reason, sizeof(c->lost_reason));
    PQclear(result);
    MarkLost(c, PQerrorMessage(c->libpq));
    RaiseLost(c);
}

// Reads to the end of the command; returns its first error, or its last result.
PGresult* AwaitOutcome(Connection* c) {
    PGresult* outcome = nullptr;
    while (PGresult* result = AwaitResult(c)) {
        if (outcome && PQresultStatus(outcome) == PGRES_FATAL_ERROR) {
            PQclear(result);
            continue;
        }
        PQclear(outcome);
        outcome = result;
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) break;
    }
    return outcome;
}

void ReturnToPipeline(Connection* c) {
    c->copying = false;
    if (PQenterPipelineMode(c->libpq) != 1) MarkLost(c, PQerrorMessage(c->libpq));
}

[[noreturn]] void RaiseOutcome(Connection* c, PGresult* outcome) {
    ReturnToPipeline(c);
    ForwardNotices(c);
    RaiseResult(c, outcome);
}

bool HasInput(Connection* c) {
    struct pollfd socket = {PQsocket(c->libpq), POLLIN, 0};
    return poll(&socket, 1, 0) > 0 && socket.revents != 0;
}

// libpq does not show an error before the end of the data. But a node that says something during
// COPY, and not a notice, can only have failed: then the rest of the data need not travel.
void CheckForFailure(Connection* c) {
    c->copy_unchecked = 0;
    CHECK_FOR_INTERRUPTS();
    if (!HasInput(c)) return;
    c->copy_notices = c->notice_count;
    const bool alive = PQconsumeInput(c->libpq) == 1;
    PQisBusy(c->libpq);
    ForwardNotices(c);
    if (alive && c->notice_count != c->copy_notices) return;
    EndCopy(c);
}

}  // namespace

void BeginCopy(Connection* c, const char* sql) {
    FlushQueue(c);
    if (PQexitPipelineMode(c->libpq) != 1 || PQsendQuery(c->libpq, sql) != 1) {
        MarkLost(c, PQerrorMessage(c->libpq));
        RaiseLost(c);
    }
    c->copying = true;
    c->copy_unchecked = 0;
    c->copy_unflushed = 0;
    PGresult* result = AwaitOutcome(c);
    if (PQresultStatus(result) == PGRES_COPY_IN) {
        PQclear(result);
        return;
    }
    if (PQresultStatus(result) == PGRES_FATAL_ERROR) RaiseOutcome(c, result);
    PQclear(result);
    MarkLost(c, "COPY was not accepted");
    RaiseLost(c);
}

void PutCopyData(Connection* c, const char* data, int length) {
    if (c->broken) RaiseLost(c);
    while (PQputCopyData(c->libpq, data, length) != 1) {
        if (PQstatus(c->libpq) != CONNECTION_OK) {
            MarkLost(c, PQerrorMessage(c->libpq));
            RaiseLost(c);
        }
        WaitForSocket(c, WL_SOCKET_WRITEABLE);
    }
    c->copy_unchecked += length;
    c->copy_unflushed += length;
    if (c->copy_unchecked < kCheckedEvery) return;
    CheckForFailure(c);
    while (PQflush(c->libpq) == 1) {
        if (c->copy_unflushed < kUnflushedMost) return;
        WaitForSocket(c, WL_SOCKET_READABLE | WL_SOCKET_WRITEABLE);
        if (HasInput(c)) CheckForFailure(c);
    }
    c->copy_unflushed = 0;
}

uint64 EndCopy(Connection* c) {
    if (c->broken) RaiseLost(c);
    while (PQputCopyEnd(c->libpq, nullptr) == 0) WaitForSocket(c, WL_SOCKET_WRITEABLE);
    PGresult* outcome = AwaitOutcome(c);
    if (PQresultStatus(outcome) != PGRES_COMMAND_OK) RaiseOutcome(c, outcome);
    const uint64 rows = AffectedRows(outcome);
    PQclear(outcome);
    ReturnToPipeline(c);
    ForwardNotices(c);
    return rows;
}

bool AbortCopy(Connection* c, const Deadline& deadline) {
    while (PQputCopyEnd(c->libpq, "the transaction was aborted") == 0)
        if (!WaitForSocketQuietly({PQsocket(c->libpq), WL_SOCKET_WRITEABLE}, deadline)) break;
    for (;;) {
        const bool unsent = PQflush(c->libpq) == 1;
        PQconsumeInput(c->libpq);
        while (!PQisBusy(c->libpq)) {
            PGresult* result = PQgetResult(c->libpq);
            if (PQstatus(c->libpq) != CONNECTION_OK || PQresultStatus(result) == PGRES_COPY_IN) {
                PQclear(result);
                MarkLost(c, PQerrorMessage(c->libpq));
                return false;
            }
            if (result == nullptr) {
                ReturnToPipeline(c);
                return !c->broken;
            }
            PQclear(result);
        }
        const uint32 events =
            unsent ? WL_SOCKET_READABLE | WL_SOCKET_WRITEABLE : WL_SOCKET_READABLE;
        if (!WaitForSocketQuietly({PQsocket(c->libpq), events}, deadline)) {
            MarkLost(c, "the node did not end a COPY in time");
            return false;
        }
    }
}

}  // namespace pgspan::connection
