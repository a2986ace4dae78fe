#include "control/postgres/session.h"

#include <libpq-fe.h>

#include <algorithm>

#include <fmt/format.h>

namespace pgspan::control {
namespace {

constexpr size_t kCopyChunkBytes = 64 * 1024;

std::string Trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

Failure WaitingEnded(WaitEnd end, const Address& address) {
    return WaitFailure(end, fmt::format("an answer of {}:{}", address.host, address.port),
                       "look what the nodes say: pgspan logs");
}

}  // namespace

void Session::Closer::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

void Session::ResultCloser::operator()(pg_result* result) const {
    PQclear(result);
}

Outcome<Session> Session::Open(const Address& address, const WaitLimit& limit) {
    const std::string port = std::to_string(address.port);
    // The options are there so that those of PGOPTIONS, which are for psql, do not count.
    const char* names[] = {"host",     "port",
                           "user",     "dbname",
                           "passfile", "application_name",
                           "options",  "client_encoding",
                           nullptr};
    const char* values[] = {address.host.c_str(),
                            port.c_str(),
                            address.user.c_str(),
                            address.database.c_str(),
                            address.passfile.c_str(),
                            "pgspan control",
                            "-c client_min_messages=warning",
                            "UTF8",
                            nullptr};
    Session session(Connection(PQconnectStartParams(names, values, 0)), address);
    pg_conn* connection = session.connection_.get();
    if (connection == nullptr) return Failure("out of memory", "");
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (PQstatus(connection) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
        const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        std::vector<pollfd> descriptors{{PQsocket(connection), events, 0}};
        const WaitEnd end = Wait(descriptors, limit);
        if (end == WaitEnd::kTimedOut || end == WaitEnd::kInterrupted) {
            return WaitingEnded(end, address);
        }
        state = PQconnectPoll(connection);
        if (state == PGRES_POLLING_FAILED) break;
    }
    if (PQstatus(connection) != CONNECTION_OK)
        return session.ConnectionFailure("cannot connect to");
    if (PQsetnonblocking(connection, 1) != 0) return session.ConnectionFailure("cannot talk to");
    // The server's notices are for those who ask for them.
    PQsetNoticeReceiver(
        connection, [](void*, const PGresult*) {}, nullptr);
    return session;
}

Failure Session::ConnectionFailure(const std::string& what) const {
    return {fmt::format("{} {}:{}: {}", what, address_.host, address_.port,
                        Trimmed(PQerrorMessage(connection_.get()))),
            "look what the node says: pgspan logs"};
}

Failure Session::ServerFailure(const pg_result* result) const {
    const auto field = [&](int code) {
        const char* text = PQresultErrorField(result, code);
        return text == nullptr ? std::string() : Trimmed(text);
    };
    std::string message = field(PG_DIAG_MESSAGE_PRIMARY);
    if (message.empty()) message = Trimmed(PQresultErrorMessage(result));
    if (const std::string state = field(PG_DIAG_SQLSTATE); !state.empty()) {
        message += " (SQLSTATE " + state + ")";
    }
    if (const std::string detail = field(PG_DIAG_MESSAGE_DETAIL); !detail.empty()) {
        message += "; " + detail;
    }
    return {fmt::format("{}:{} said: {}", address_.host, address_.port, message),
            field(PG_DIAG_MESSAGE_HINT)};
}

Done Session::WaitForSocket(short events, const WaitLimit& limit) {
    std::vector<pollfd> descriptors{{PQsocket(connection_.get()), events, 0}};
    const WaitEnd end = Wait(descriptors, limit);
    if (end == WaitEnd::kReady) return Success();
    if (PGcancel* cancel = PQgetCancel(connection_.get()); cancel != nullptr) {
        char reason[256];
        // Best effort: the session is closed next, and the server notices that as well.
        static_cast<void>(PQcancel(cancel, reason, sizeof reason));
        PQfreeCancel(cancel);
    }
    return WaitingEnded(end, address_);
}

Done Session::Flush(const WaitLimit& limit) {
    while (true) {
        const int left = PQflush(connection_.get());
        if (left == 0) return Success();
        if (left < 0) return ConnectionFailure("cannot send to");
        if (Done waited = WaitForSocket(POLLIN | POLLOUT, limit); !waited) return waited;
        // The server may have to be read before it reads on.
        if (PQconsumeInput(connection_.get()) == 0)
            return ConnectionFailure("lost the connection to");
    }
}

Outcome<Session::ResultPointer> Session::NextResult(const WaitLimit& limit) {
    while (PQisBusy(connection_.get()) != 0) {
        if (Done waited = WaitForSocket(POLLIN, limit); !waited) return waited.failure();
        if (PQconsumeInput(connection_.get()) == 0)
            return ConnectionFailure("lost the connection to");
    }
    return ResultPointer(PQgetResult(connection_.get()));
}

Outcome<std::vector<Row>> Session::ReadResults(const WaitLimit& limit) {
    std::vector<Row> rows;
    std::optional<Failure> failure;
    while (true) {
        Outcome<ResultPointer> next = NextResult(limit);
        if (!next) return next.failure();
        const pg_result* result = next->get();
        if (result == nullptr) break;
        switch (PQresultStatus(result)) {
        case PGRES_TUPLES_OK:
            rows.clear();
            for (int i = 0; i < PQntuples(result); i++) {
                Row row;
                for (int j = 0; j < PQnfields(result); j++) {
                    row.push_back(PQgetisnull(result, i, j) != 0
                                      ? std::optional<std::string>()
                                      : std::string(PQgetvalue(result, i, j)));
                }
                rows.push_back(std::move(row));
            }
            break;
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
            break;
        case PGRES_COPY_IN:
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH:
            return Failure("COPY was not expected here", "this is a defect of pgspan");
        default:
            if (!failure) failure = ServerFailure(result);
        }
    }
    if (failure) return *failure;
    return rows;
}

Outcome<std::vector<Row>> Session::Query(const std::string& sql, const WaitLimit& limit) {
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0)
        return ConnectionFailure("cannot send to");
    if (Done flushed = Flush(limit); !flushed) return flushed.failure();
    return ReadResults(limit);
}

Done Session::CopyIn(const std::string& statement, std::string_view data, const WaitLimit& limit) {
    pg_conn* connection = connection_.get();
    if (PQsendQuery(connection, statement.c_str()) == 0) return ConnectionFailure("cannot send to");
    if (Done flushed = Flush(limit); !flushed) return flushed;
    Outcome<ResultPointer> answer = NextResult(limit);
    if (!answer) return answer.failure();
    if (PQresultStatus(answer->get()) != PGRES_COPY_IN) {
        const Failure failure = ServerFailure(answer->get());
        // Read to the end, so that the session stays usable; the first failure says it all.
        static_cast<void>(ReadResults(limit));
        return failure;
    }
    while (!data.empty()) {
        const std::string_view chunk = data.substr(0, std::min(data.size(), kCopyChunkBytes));
        const int queued = PQputCopyData(connection, chunk.data(), static_cast<int>(chunk.size()));
        if (queued < 0) return ConnectionFailure("cannot send to");
        if (queued == 1) data.remove_prefix(chunk.size());
        if (Done flushed = Flush(limit); !flushed) return flushed;
    }
    while (true) {
        const int queued = PQputCopyEnd(connection, nullptr);
        if (queued < 0) return ConnectionFailure("cannot send to");
        if (Done flushed = Flush(limit); !flushed) return flushed;
        if (queued == 1) break;
    }
    Outcome<std::vector<Row>> rest = ReadResults(limit);
    if (!rest) return rest.failure();
    return Success();
}

}  // namespace pgspan::control
