// Whole commands: sent, awaited, and reported at once; and the same where nothing may be raised.
#include "engine/connection/connection_state.h"
#include "engine/pg/entry.h"

extern "C" {
#include "tcop/tcopprot.h"
}

namespace pgspan::connection {

namespace {

// The extended protocol takes one statement at a time.
struct Commands {
    const char** items;
    int count;
};

Commands Split(const char* sql) {
    if (strchr(sql, ';') == nullptr) {
        auto** items = static_cast<const char**>(palloc(sizeof(char*)));
        items[0] = sql;
        return {items, 1};
    }
    const List* statements = pg_parse_query(sql);
    auto** items = static_cast<const char**>(palloc(sizeof(char*) * (list_length(statements) + 1)));
    int count = 0;
    ListCell* cell;
    foreach (cell, statements) {
        const auto* raw = lfirst_node(RawStmt, cell);
        const char* start = sql + raw->stmt_location;
        items[count++] = raw->stmt_len > 0 ? pnstrdup(start, raw->stmt_len) : start;
    }
    if (count == 0) items[count++] = sql;
    return {items, count};
}

void SendWhole(Connection* connection, const char* sql) {
    const Commands commands = Split(sql);
    SendCommands(connection, commands.items, commands.count);
}

void CheckTag(const Connection* c, const char* expected) {
    const char* tag = c->end ? PQcmdStatus(c->end) : "";
    if (expected == nullptr || strcmp(tag, expected) == 0) return;
    ereport(ERROR, errcode(ERRCODE_IN_FAILED_SQL_TRANSACTION),
            errmsg("the transaction on node %s has failed", c->label),
            errdetail("%s ended as %s there.", expected, tag[0] ? tag : "nothing"));
}

bool AwaitQuietly(Connection* c, const Deadline& deadline) {
    for (;;) {
        switch (Advance(c)) {
        case Progress::kRow:
            PQclear(c->row);
            c->row = nullptr;
            break;
        case Progress::kWait:
            if (WaitQuietly(c, deadline)) break;
            MarkLost(c, "the node did not answer in time");
            return false;
        case Progress::kLost:
            return false;
        case Progress::kEnd:
        case Progress::kIdle:
            return true;
        }
    }
}

// Reads away what arrives of the running statement until it has ended or patience has.
void AwaitStatement(Connection* c, const Deadline& patience) {
    while (HasRunningStatement(c)) {
        const Progress progress = Advance(c);
        if (progress == Progress::kRow) {
            PQclear(c->row);
            c->row = nullptr;
        } else if (progress != Progress::kWait || !WaitQuietly(c, patience)) {
            return;
        }
    }
}

// Makes room for a command at a transaction's end.
bool Interrupt(Connection* c, const Deadline& deadline) {
    if (c->broken) return false;
    if (c->copying && !AbortCopy(c, deadline)) return false;
    Orphan(c);
    // Often it has ended by now, and the answer is here already.
    if (HasRunningStatement(c)) Advance(c);
    if (c->broken) return false;
    // A node that has not begun with the statement yet ignores the request: it is asked again.
    for (int patience_ms = 100; HasRunningStatement(c);
         patience_ms = std::min(2 * patience_ms, 2000)) {
        if (deadline.RemainingMs() == 0 || !RequestCancel(c, deadline)) {
            MarkLost(c, "the node did not cancel a command in time");
            return false;
        }
        AwaitStatement(c, Deadline(std::min(patience_ms, deadline.RemainingMs())));
        if (c->broken) return false;
    }
    return true;
}

[[noreturn]] void RaiseUnknown(const Connection* c) {
    ereport(ERROR, errcode(ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN),
            errmsg("connection to node %s was lost while it was committing", c->label),
            errdetail_internal("%s", c->lost_reason),
            errhint("Whether the transaction has been committed there is not known."));
    pg_unreachable();
}

// Waits for a group after which there is no way back. What ended the wait early, or nullptr.
ErrorData* AwaitDecision(Connection* c, int timeout_ms, int grace_ms) {
    bool ended = false;
    ErrorData* interrupted = pg::Capture([&] { ended = AwaitEnd(c, Deadline(timeout_ms)); });
    if (!ended && !c->broken) {
        const Deadline grace(grace_ms);
        if (!RequestCancel(c, grace) || !AwaitQuietly(c, grace))
            MarkLost(c, "the node did not answer in time");
    }
    if (c->broken) RaiseUnknown(c);
    return interrupted;
}

// Of what has been sent before a connection is lost the node may have run all.
template <typename Body>
void SendDecision(const Connection* c, Body&& send) {
    ErrorData* error = pg::Capture(send);
    if (error && c->broken) RaiseUnknown(c);
    if (error) ReThrowError(error);
}

// A ROLLBACK TO that nobody has waited for is answered first: without it a loss would be found only
// after the decision was sent.
void CheckAlive(Connection* c, int timeout_ms) {
    const bool unawaited = !IsBusy(c) && !HasRunningStatement(c);
    if (unawaited && !AwaitEnd(c, Deadline(timeout_ms)))
        MarkLost(c, "the node did not answer in time");
    else if (!IsAlive(c))
        MarkLost(c, PQerrorMessage(c->libpq));
    if (c->broken) RaiseLost(c);
}

void Await(Attempt* attempt, const Deadline& deadline) {
    Connection* c = attempt->connection;
    if (!c->broken && AwaitQuietly(c, deadline)) {
        attempt->succeeded = c->failed == nullptr;
        if (c->failed) {
            attempt->sqlstate = SqlStateOf(c->failed);
            DescribeResult(c->failed, attempt->error, sizeof(attempt->error));
        }
        ClearResults(c);
    }
    DropNotices(c);
    if (c->broken) {
        attempt->succeeded = false;
        attempt->sqlstate = 0;
        strlcpy(attempt->error, c->lost_reason, sizeof(attempt->error));
    }
}

}  // namespace

uint64 Execute(Connection* connection, const char* sql) {
    SendWhole(connection, sql);
    AwaitEnd(connection);
    ForwardNotices(connection);
    if (connection->failed) RaiseFailed(connection);
    return AffectedRows(connection->end);
}

void ExecuteAll(std::span<Connection* const> connections, const char* sql) {
    auto* commands = static_cast<Command*>(palloc(sizeof(Command) * (connections.size() + 1)));
    for (size_t i = 0; i < connections.size(); i++) commands[i] = {connections[i], sql, nullptr};
    ExecuteEach({commands, connections.size()});
    pfree(commands);
}

void ExecuteEach(std::span<const Command> commands, int timeout_ms) {
    for (const Command& command : commands) SendWhole(command.connection, command.sql);
    const Deadline deadline(timeout_ms);
    Connection* failed = nullptr;
    Connection* lost = nullptr;
    for (const Command& command : commands) {
        Connection* c = command.connection;
        Progress progress = Progress::kWait;
        while (progress != Progress::kEnd && progress != Progress::kLost &&
               progress != Progress::kIdle) {
            progress = Advance(c);
            if (progress == Progress::kWait && !WaitUntil(c, deadline))
                MarkLost(c, "the node did not answer in time");
        }
        ForwardNotices(c);
        if (c->broken && !lost) lost = c;
        if (c->failed && !failed) failed = c;
    }
    if (failed) RaiseFailed(failed);
    if (lost) RaiseLost(lost);
    for (const Command& command : commands) CheckTag(command.connection, command.expected_tag);
}

void ExecuteDecision(Connection* c, const char* sql, const char* expected_tag, int timeout_ms,
                     int grace_ms) {
    CheckAlive(c, timeout_ms);
    SendDecision(c, [&] { SendCommands(c, &sql, 1); });
    AwaitDecision(c, timeout_ms, grace_ms);
    ForwardNotices(c);
    if (c->failed) RaiseFailed(c);
    CheckTag(c, expected_tag);
}

uint64 ExecuteDecision(Connection* c, const Statement& statement, int timeout_ms, int grace_ms) {
    // One that has not been used in this transaction has been looked at when it was chosen.
    if (c->state.begun) CheckAlive(c, timeout_ms);
    SendDecision(c, [&] { Send(c, statement, nullptr); });
    ErrorData* interrupted = AwaitDecision(c, timeout_ms, grace_ms);
    if (interrupted == nullptr && Resent(c)) interrupted = AwaitDecision(c, timeout_ms, grace_ms);
    ForwardNotices(c);
    if (c->failed && interrupted && SqlStateOf(c->failed) == ERRCODE_QUERY_CANCELED) {
        ClearResults(c);
        ReThrowError(interrupted);
    }
    if (c->failed) RaiseFailed(c);
    return AffectedRows(c->end);
}

List* Query(Connection* connection, const char* sql, int* columns) {
    SendCommands(connection, &sql, 1);
    connection->reader = nullptr;
    List* rows = NIL;
    PGresult* row = nullptr;
    while (FetchRowWaiting(connection, &row)) {
        const int width = PQnfields(row);
        auto** values = static_cast<char**>(palloc0(sizeof(char*) * (width + 1)));
        for (int i = 0; i < width; i++)
            if (!PQgetisnull(row, 0, i)) values[i] = pstrdup(PQgetvalue(row, 0, i));
        rows = lappend(rows, values);
    }
    if (columns) *columns = PQnfields(row);
    return rows;
}

void TryExecuteAll(std::span<Attempt> attempts, int timeout_ms) {
    const Deadline deadline(timeout_ms);
    for (const Attempt& attempt : attempts) {
        ClearQueue(attempt.connection);
        if (Interrupt(attempt.connection, deadline))
            SendBare(attempt.connection, attempt.sql, false);
    }
    for (Attempt& attempt : attempts) Await(&attempt, deadline);
}

bool TryExecute(Connection* connection, const char* sql, int timeout_ms, char** error) {
    Attempt attempt = {};
    attempt.connection = connection;
    attempt.sql = sql;
    TryExecuteAll({&attempt, 1}, timeout_ms);
    if (error && !attempt.succeeded) *error = pstrdup(attempt.error);
    return attempt.succeeded;
}

void SendUnawaited(Connection* connection, const char* sql) {
    if (connection->broken) return;
    Orphan(connection);
    SendBare(connection, sql, true);
}

bool TryCancel(Connection* connection, int timeout_ms) {
    const Deadline deadline(timeout_ms);
    if (!Interrupt(connection, deadline)) return false;
    return AwaitQuietly(connection, deadline);
}

}  // namespace pgspan::connection
