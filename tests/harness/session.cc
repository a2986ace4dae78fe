#include "tests/harness/session.h"

#include <poll.h>

namespace pgspan::test {
namespace {

struct Clearer {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, Clearer>;

std::string Field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? "" : text;
}

void ReadError(const PGresult* result, Answer& answer) {
    answer.kind = AnswerKind::kError;
    answer.sqlstate = Field(result, PG_DIAG_SQLSTATE);
    answer.message = Field(result, PG_DIAG_MESSAGE_PRIMARY);
    answer.detail = Field(result, PG_DIAG_MESSAGE_DETAIL);
    answer.hint = Field(result, PG_DIAG_MESSAGE_HINT);
    if (answer.message.empty()) answer.message = PQresultErrorMessage(result);
}

void ReadRows(const PGresult* result, Answer& answer) {
    answer.kind = AnswerKind::kRows;
    answer.tag = PQcmdStatus(const_cast<PGresult*>(result));
    answer.columns.clear();
    answer.rows.clear();
    const int width = PQnfields(result);
    for (int c = 0; c < width; ++c) {
        answer.columns.push_back({PQfname(result, c), PQftype(result, c), PQfmod(result, c), "",
                                  PQftablecol(result, c) != 0});
    }
    for (int r = 0; r < PQntuples(result); ++r) {
        Row& row = answer.rows.emplace_back();
        for (int c = 0; c < width; ++c) {
            if (PQgetisnull(result, r, c) != 0) {
                row.emplace_back();
            } else {
                row.emplace_back(std::string(PQgetvalue(result, r, c),
                                             static_cast<size_t>(PQgetlength(result, r, c))));
            }
        }
    }
}

void IgnoreNotice(void*, const PGresult*) {}

}  // namespace

Result<Session> Session::Open(const std::string& conninfo) {
    Session session(PQconnectdb((conninfo + " connect_timeout=10").c_str()));
    if (!session.open()) {
        return Error{std::string("cannot connect: ") + PQerrorMessage(session.connection_.get()),
                     ""};
    }
    PQsetNoticeReceiver(session.connection_.get(), IgnoreNotice, nullptr);
    return session;
}

bool Session::in_transaction() const {
    const PGTransactionStatusType status = PQtransactionStatus(connection_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

Answer Session::Run(const std::string& sql, std::string_view copy_data) {
    if (!Send(sql)) return Lost();
    return Collect(copy_data);
}

Answer Session::RunWithParameters(const std::string& sql, const std::vector<Value>& parameters) {
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const Value& value : parameters) values.push_back(value ? value->c_str() : nullptr);
    if (!open() ||
        PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                          values.data(), nullptr, nullptr, 0) == 0) {
        return Lost();
    }
    return Collect({});
}

std::vector<Answer> Session::RunPipeline(const std::vector<std::string>& statements) {
    const auto end = std::chrono::steady_clock::now() + deadline_ms_;
    PGconn* connection = connection_.get();
    if (!open() || PQenterPipelineMode(connection) == 0) return {Lost()};
    for (const std::string& sql : statements) {
        PQsendQueryParams(connection, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0);
    }
    PQpipelineSync(connection);
    std::vector<Answer> answers;
    for (bool ended = false; !ended;) {
        while (PQisBusy(connection) != 0) {
            if (!WaitReadable(end)) return {TimedOut()};
        }
        const ResultPointer result(PQgetResult(connection));
        if (!open()) return {Lost()};
        if (!result) continue;  // between the answers of two statements
        ended = PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC;
        if (ended) break;
        Answer& answer = answers.emplace_back();
        switch (PQresultStatus(result.get())) {
        case PGRES_TUPLES_OK:
            ReadRows(result.get(), answer);
            break;
        case PGRES_COMMAND_OK:
            answer.tag = PQcmdStatus(result.get());
            break;
        default:
            ReadError(result.get(), answer);
        }
    }
    PQexitPipelineMode(connection);
    return answers;
}

bool Session::Send(const std::string& sql) {
    return open() && PQsendQuery(connection_.get(), sql.c_str()) != 0;
}

Answer Session::Wait() {
    if (!ended_) return Collect({});
    Answer answer = Collect({});  // reads the rest: nothing but the end of the statement
    if (answer.ok()) answer = *std::move(ended_);
    ended_.reset();
    return answer;
}

bool Session::SendStreaming(const std::string& sql) {
    ended_.reset();
    copying_out_ = false;
    return Send(sql) && PQsetSingleRowMode(connection_.get()) != 0;
}

std::optional<size_t> Session::NextRow() {
    if (ended_) return {};
    if (copying_out_) {
        if (const std::optional<size_t> size = NextLine()) return size;
        if (ended_) return {};
    }
    const auto end = std::chrono::steady_clock::now() + deadline_ms_;
    while (PQisBusy(connection_.get()) != 0) {
        if (!WaitReadable(end)) {
            ended_ = TimedOut();
            return {};
        }
    }
    const ResultPointer result(PQgetResult(connection_.get()));
    ended_.emplace();
    switch (PQresultStatus(result.get())) {
    case PGRES_SINGLE_TUPLE: {
        ended_.reset();
        size_t size = 0;
        for (int c = 0; c < PQnfields(result.get()); ++c) {
            size += static_cast<size_t>(PQgetlength(result.get(), 0, c));
        }
        return size;
    }
    case PGRES_COPY_OUT:
        ended_.reset();
        copying_out_ = true;
        return NextRow();
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        ended_->tag = PQcmdStatus(result.get());
        return {};
    default:
        ReadError(result.get(), *ended_);
        return {};
    }
}

// One line of COPY TO STDOUT; nothing after the last one.
std::optional<size_t> Session::NextLine() {
    const auto end = std::chrono::steady_clock::now() + deadline_ms_;
    char* line = nullptr;
    int length = 0;
    while ((length = PQgetCopyData(connection_.get(), &line, 1)) == 0) {
        if (!WaitReadable(end)) {
            ended_ = TimedOut();
            return {};
        }
    }
    if (length < 0) {
        copying_out_ = false;
        return {};
    }
    PQfreemem(line);
    return static_cast<size_t>(length);
}

bool Session::Cancel() {
    PGcancel* cancel = PQgetCancel(connection_.get());
    if (cancel == nullptr) return false;
    char error[256];
    const bool sent = PQcancel(cancel, error, sizeof error) != 0;
    PQfreeCancel(cancel);
    return sent;
}

// Waits until libpq can hand out a result or a COPY row without blocking.
bool Session::WaitReadable(std::chrono::steady_clock::time_point end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd descriptor{PQsocket(connection_.get()), POLLIN, 0};
    if (poll(&descriptor, 1, static_cast<int>(left.count())) <= 0) return false;
    PQconsumeInput(connection_.get());  // a broken connection shows in the next result
    return true;
}

Answer Session::Collect(std::string_view copy_data) {
    const auto end = std::chrono::steady_clock::now() + deadline_ms_;
    Answer answer;
    bool failed = false;
    while (true) {
        while (PQisBusy(connection_.get()) != 0) {
            if (!WaitReadable(end)) return TimedOut();
        }
        const ResultPointer result(PQgetResult(connection_.get()));
        if (!result) break;
        switch (PQresultStatus(result.get())) {
        case PGRES_TUPLES_OK:
            if (!failed) ReadRows(result.get(), answer);
            break;
        case PGRES_COMMAND_OK:
            if (!failed) answer.tag = PQcmdStatus(result.get());
            break;
        case PGRES_COPY_IN:
            PQputCopyData(connection_.get(), copy_data.data(), static_cast<int>(copy_data.size()));
            PQputCopyEnd(connection_.get(), nullptr);
            break;
        case PGRES_COPY_OUT: {
            answer.kind = AnswerKind::kCopyOut;
            char* line = nullptr;
            int length = 0;
            while ((length = PQgetCopyData(connection_.get(), &line, 1)) >= 0) {
                if (length == 0) {
                    if (!WaitReadable(end)) return TimedOut();
                    continue;
                }
                answer.rows.push_back({std::string(line, static_cast<size_t>(length))});
                PQfreemem(line);
            }
            break;
        }
        default:
            if (!failed) ReadError(result.get(), answer);
            failed = true;
        }
        if (PQstatus(connection_.get()) == CONNECTION_BAD) break;
    }
    if (!open()) return Lost();
    return answer;
}

Answer Session::Lost() {
    Answer answer;
    answer.kind = AnswerKind::kLost;
    answer.message = PQerrorMessage(connection_.get());
    if (answer.message.empty()) answer.message = "the session is closed";
    return answer;
}

Answer Session::TimedOut() {
    Cancel();
    connection_.reset();  // libpq answers every call about no connection with "bad" or nothing
    Answer answer;
    answer.kind = AnswerKind::kTimeout;
    answer.message = "no answer within " + std::to_string(deadline_ms_.count()) + " ms";
    return answer;
}

}  // namespace pgspan::test
