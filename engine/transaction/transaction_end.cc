#include "engine/transaction/transaction_end.h"

#include "engine/transaction/commit_record.h"
#include "engine/transaction/fault_point.h"

extern "C" {
#include "access/transam.h"
}

namespace pgspan::transaction {

int commit_timeout_s = 300;
int transaction_end_timeout_ms = 10000;

namespace {

using connection::Attempt;
using connection::Command;
using connection::Connection;
using connection::RemoteState;

// Connections of this transaction for which wanted(state) holds, palloc'd.
template <typename Wanted>
std::span<Connection*> Collect(Wanted&& wanted) {
    const std::span<Connection* const> all = connection::SessionConnections();
    auto** found = static_cast<Connection**>(palloc(sizeof(Connection*) * (all.size() + 1)));
    size_t count = 0;
    for (Connection* c : all)
        if (connection::StateOf(c).in_transaction && wanted(c, connection::StateOf(c)))
            found[count++] = c;
    return {found, count};
}

void Reset(RemoteState* state) {
    state->in_transaction = false;
    state->begun = false;
    state->wrote = false;
    state->savepoint_depth = 0;
    state->gid[0] = '\0';
}

// A snapshot that is gone with its connection cannot be had again; at READ COMMITTED there was none
// to keep.
void CheckNoneLost() {
    const bool reads_matter = IsolationUsesXactSnapshot();
    for (Connection* c : Collect([](Connection*, RemoteState&) { return true; }))
        if (connection::IsBroken(c) && (connection::StateOf(c).wrote || reads_matter))
            connection::RaiseLost(c);
}

void ExecuteOnEach(std::span<Connection* const> connections, const char* sql, const char* tag) {
    auto* commands = static_cast<Command*>(palloc(sizeof(Command) * (connections.size() + 1)));
    for (size_t i = 0; i < connections.size(); i++) commands[i] = {connections[i], sql, tag};
    connection::ExecuteEach({commands, connections.size()}, commit_timeout_s * 1000);
}

// Nothing of this transaction is here: the one writer decides.
void CommitOnePhase(Connection* writer) {
    FaultPoint("before_remote_commit");
    connection::ExecuteDecision(writer, "COMMIT", "COMMIT", commit_timeout_s * 1000,
                                transaction_end_timeout_ms);
    Reset(&connection::StateOf(writer));
}

void PrepareAll(std::span<Connection* const> writers) {
    const FullTransactionId xid = GetTopFullTransactionId();
    const int32 group = metadata::LocalGroup();
    auto* commands = static_cast<Command*>(palloc(sizeof(Command) * writers.size()));
    for (size_t i = 0; i < writers.size(); i++) {
        RemoteState& state = connection::StateOf(writers[i]);
        snprintf(state.gid, sizeof(state.gid), "pgspan_%d_%llu_%d", group,
                 static_cast<unsigned long long>(U64FromFullTransactionId(xid)),
                 static_cast<int>(i));
        commands[i] = {writers[i], psprintf("PREPARE TRANSACTION '%s'", state.gid),
                       "PREPARE TRANSACTION"};
    }
    FaultPoint("before_prepare");
    if (FaultPointIsSet("after_prepare_one")) {
        connection::ExecuteEach({commands, 1});
        FaultPoint("after_prepare_one");
    }
    connection::ExecuteEach({commands, writers.size()}, commit_timeout_s * 1000);
    FaultPoint("after_prepare");
    for (Connection* writer : writers)
        InsertCommitRecord(connection::GroupOf(writer), connection::StateOf(writer).gid);
    // The record must not be lost when nodes have begun to commit by it.
    ForceSyncCommit();
    FaultPoint("before_local_commit");
}

std::span<Attempt> MakeAttempts(std::span<Connection* const> connections, const char* command) {
    auto* attempts = static_cast<Attempt*>(palloc0(sizeof(Attempt) * (connections.size() + 1)));
    for (size_t i = 0; i < connections.size(); i++) {
        attempts[i].connection = connections[i];
        attempts[i].sql =
            connection::StateOf(connections[i]).gid[0] && strstr(command, "PREPARED")
                ? psprintf("%s '%s'", command, connection::StateOf(connections[i]).gid)
                : command;
    }
    return {attempts, connections.size()};
}

void WarnOfUnfinished(std::span<const Attempt> attempts, const char* outcome) {
    for (const Attempt& attempt : attempts) {
        if (attempt.succeeded) continue;
        ereport(
            WARNING, errcode(ERRCODE_CONNECTION_FAILURE),
            errmsg("transaction \"%s\" on node %s is to be %s later",
                   connection::StateOf(attempt.connection).gid,
                   connection::DescribeNode(attempt.connection), outcome),
            errdetail_internal("%s", attempt.error),
            errhint(
                "The maintenance worker, or SELECT recover_prepared_transactions(), finishes it "
                "once the node can be reached."));
    }
}

void EndAll() {
    for (Connection* c : connection::SessionConnections()) Reset(&connection::StateOf(c));
    connection::ReleaseReaders(transaction_end_timeout_ms);
    connection::CloseUnusable();
}

}  // namespace

void PrepareCommit() {
    CheckNoneLost();
    const auto writers =
        Collect([](Connection*, RemoteState& state) { return state.wrote && state.begun; });
    // Serializable nodes may find at COMMIT only that what was read did not fit together; and then
    // this transaction must not commit either.
    if (IsolationIsSerializable()) {
        const auto readers = Collect([](Connection* c, RemoteState& s) {
            return !s.wrote && s.begun && !connection::IsBroken(c);
        });
        ExecuteOnEach(readers, "COMMIT", "COMMIT");
        for (Connection* reader : readers) Reset(&connection::StateOf(reader));
    }
    if (writers.empty()) return;
    const bool nothing_here =
        !TransactionIdIsValid(GetTopTransactionIdIfAny()) && !IsolationIsSerializable();
    if (writers.size() == 1 && nothing_here)
        CommitOnePhase(writers[0]);
    else
        PrepareAll(writers);
}

void CheckPrepare() {
    const auto writers =
        Collect([](Connection*, RemoteState& state) { return state.wrote && state.begun; });
    if (writers.empty()) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("PREPARE TRANSACTION is not supported for a transaction that has written on "
                   "other nodes"),
            errdetail("It has written on node %s.", connection::DescribeNode(writers[0])));
}

void FinishCommit() {
    const auto prepared =
        Collect([](Connection*, RemoteState& state) { return state.gid[0] != '\0'; });
    const std::span<Attempt> attempts = MakeAttempts(prepared, "COMMIT PREPARED");
    if (!attempts.empty()) FaultPoint("after_local_commit");
    if (FaultPointIsSet("after_commit_prepared_one") && !attempts.empty()) {
        connection::TryExecuteAll(attempts.first(1), transaction_end_timeout_ms);
        FaultPoint("after_commit_prepared_one");
    }
    connection::TryExecuteAll(attempts, transaction_end_timeout_ms);
    WarnOfUnfinished(attempts, "committed");
    for (Connection* reader :
         Collect([](Connection*, RemoteState& state) { return !state.gid[0]; })) {
        // A ROLLBACK TO that is due goes first: whoever only reads now may have written before it.
        if (connection::StateOf(reader).begun) connection::SendUnawaited(reader, "COMMIT");
        connection::ClearQueue(reader);
    }
    EndAll();
}

void FinishAbort() {
    connection::CloseOutside(InvalidSubTransactionId);
    for (Connection* c : Collect([](Connection*, RemoteState& state) { return !state.begun; }))
        connection::ClearQueue(c);
    const auto begun = Collect([](Connection*, RemoteState& state) { return state.begun; });
    // Also where PREPARE was sent: it may have failed, and a ROLLBACK too many is harmless.
    connection::TryExecuteAll(MakeAttempts(begun, "ROLLBACK"), transaction_end_timeout_ms);
    const auto prepared =
        Collect([](Connection*, RemoteState& state) { return state.gid[0] != '\0'; });
    const std::span<Attempt> attempts = MakeAttempts(prepared, "ROLLBACK PREPARED");
    connection::TryExecuteAll(attempts, transaction_end_timeout_ms);
    for (Attempt& attempt : attempts)
        if (attempt.sqlstate == ERRCODE_UNDEFINED_OBJECT) attempt.succeeded = true;  // it never was
    WarnOfUnfinished(attempts, "rolled back");
    for (Connection* c : begun) connection::ForgetRolledBackSettings(c);
    EndAll();
}

}  // namespace pgspan::transaction
