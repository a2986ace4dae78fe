#include "engine/transaction/transaction_end.h"

#include "engine/pg/entry.h"
#include "engine/transaction/commit_record.h"
#include "engine/transaction/decision.h"
#include "engine/transaction/fault_point.h"
#include "engine/transaction/gid.h"

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

// Which node decides over the parts that are prepared, as far as that is settled.
constexpr int32 kNobody = -1;
int32 decider = kNobody;
// What another node that decides has said.
enum class Verdict { kNone, kUnknown, kCommitted };
Verdict verdict = Verdict::kNone;
// This node's xid only names the parts of other nodes: nothing has been written here.
bool xid_is_only_a_name = false;

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

// The parts that have to be committed.
std::span<Connection*> Writers() {
    return Collect([](Connection*, RemoteState& state) { return state.wrote && state.begun; });
}

void ExecuteOnEach(std::span<Connection* const> connections, const char* sql, const char* tag) {
    auto* commands = static_cast<Command*>(palloc(sizeof(Command) * (connections.size() + 1)));
    for (size_t i = 0; i < connections.size(); i++) commands[i] = {connections[i], sql, tag};
    connection::ExecuteEach({commands, connections.size()}, commit_timeout_s * 1000);
}

bool NothingIsHere() {
    return (!TransactionIdIsValid(GetTopTransactionIdIfAny()) || xid_is_only_a_name) &&
           !IsolationIsSerializable();
}

// Nothing of this transaction is here: the one writer decides.
void CommitOnePhase(Connection* writer) {
    FaultPoint("before_remote_commit");
    connection::ExecuteDecision(writer, "COMMIT", "COMMIT", commit_timeout_s * 1000,
                                transaction_end_timeout_ms);
    Reset(&connection::StateOf(writer));
}

bool IsPrepared(const RemoteState& state) {
    return state.gid[0] != '\0';
}

// PREPARE TRANSACTION under a new name; pid is that of the session which ends it, if it is known.
const char* NamedPrepare(Connection* writer, int32 deciding_group, int pid) {
    if (!TransactionIdIsValid(GetTopTransactionIdIfAny())) xid_is_only_a_name = true;
    decider = deciding_group;
    Gid gid = {};
    gid.origin = metadata::LocalGroup();
    gid.xid = U64FromFullTransactionId(GetTopFullTransactionId());
    gid.number = NextPartNumber();
    gid.pid = pid;
    gid.holder = connection::GroupOf(writer);
    gid.decider = deciding_group;
    RemoteState& state = connection::StateOf(writer);
    FormatGid(gid, state.gid);
    return psprintf("PREPARE TRANSACTION '%s'", state.gid);
}

// Prepares those of the parts that have not been prepared as their statement ended.
void Prepare(std::span<Connection* const> parts, int32 deciding_group, int pid) {
    auto* commands = static_cast<Command*>(palloc(sizeof(Command) * (parts.size() + 1)));
    size_t count = 0;
    for (Connection* part : parts)
        if (!IsPrepared(connection::StateOf(part)))
            commands[count++] = {part, NamedPrepare(part, deciding_group, pid),
                                 "PREPARE TRANSACTION"};
    if (count > 0) FaultPoint("before_prepare");
    if (FaultPointIsSet("after_prepare_one") && count > 0) {
        connection::ExecuteEach({commands, 1});
        FaultPoint("after_prepare_one");
    }
    connection::ExecuteEach({commands, count}, commit_timeout_s * 1000);
    FaultPoint("after_prepare");
}

void DecideHere(std::span<Connection* const> parts, int pid) {
    Prepare(parts, metadata::LocalGroup(), pid);
    for (Connection* part : parts)
        InsertCommitRecord(connection::GroupOf(part), connection::StateOf(part).gid);
    // The record must not be lost when nodes have begun to commit by it.
    ForceSyncCommit();
    FaultPoint("before_local_commit");
}

// A decision holds for parts of the role that takes it. Those that were prepared with their
// statement are of another if the statement has changed the role.
void CheckRoles(std::span<Connection* const> prepared) {
    for (const Connection* part : prepared)
        if (!connection::ActsForPresentRole(part))
            ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("a statement that writes on several nodes cannot change the role while "
                           "it is a transaction by itself"),
                    errhint("Run it in a transaction block."));
}

// The last writer commits, together with the decision over the others' parts.
void LetDecide(Connection* last, std::span<Connection* const> others) {
    Prepare(others, connection::GroupOf(last), MyProcPid);
    CheckRoles(others);
    List* gids = NIL;
    for (Connection* other : others) gids = lappend(gids, connection::StateOf(other).gid);
    connection::Statement decide = DecideStatement(gids);
    decide.then = "COMMIT";
    // Until the node has answered: this session may be terminated meanwhile, which no Capture sees.
    verdict = Verdict::kUnknown;
    ErrorData* error = pg::Capture([&] {
        connection::ExecuteDecision(last, decide, commit_timeout_s * 1000,
                                    transaction_end_timeout_ms);
    });
    if (error) {
        if (error->sqlerrcode != ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN) verdict = Verdict::kNone;
        ReThrowError(error);
    }
    verdict = Verdict::kCommitted;
    Reset(&connection::StateOf(last));
    FaultPoint("after_decision");
}

// The writer that is to decide: the one that has not prepared its part, or the last one. None if
// this node decides: when it has a part itself.
Connection* ChooseDecider(std::span<Connection* const> writers) {
    if (decider == kNobody) return NothingIsHere() ? writers.back() : nullptr;
    if (decider == metadata::LocalGroup()) return nullptr;
    for (Connection* writer : writers)
        if (connection::GroupOf(writer) == decider) return writer;
    elog(ERROR, "the node of group %d does not take part in the transaction", decider);
}

void CommitTwoPhase(std::span<Connection*> writers) {
    // A task that nobody reads to its end may still take rows that another part keeps until it
    // ends.
    connection::AwaitAbandoned(writers);
    Connection* last = ChooseDecider(writers);
    if (last == nullptr) {
        DecideHere(writers, MyProcPid);
        return;
    }
    std::swap(*std::find(writers.begin(), writers.end(), last), writers.back());
    LetDecide(last, writers.first(writers.size() - 1));
}

std::span<Attempt> MakeAttempts(std::span<Connection* const> connections, const char* command) {
    auto* attempts = static_cast<Attempt*>(palloc0(sizeof(Attempt) * (connections.size() + 1)));
    for (size_t i = 0; i < connections.size(); i++) {
        attempts[i].connection = connections[i];
        attempts[i].sql =
            IsPrepared(connection::StateOf(connections[i])) && strstr(command, "PREPARED")
                ? psprintf("%s '%s'", command, connection::StateOf(connections[i]).gid)
                : command;
    }
    return {attempts, connections.size()};
}

// A part that was never prepared, or that recovery was faster to finish.
void ForgiveFinished(std::span<Attempt> attempts) {
    for (Attempt& attempt : attempts)
        if (attempt.sqlstate == ERRCODE_UNDEFINED_OBJECT) attempt.succeeded = true;
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

void FinishPrepared(std::span<Connection* const> parts, bool commits) {
    const auto attempts = MakeAttempts(parts, commits ? "COMMIT PREPARED" : "ROLLBACK PREPARED");
    connection::TryExecuteAll(attempts, transaction_end_timeout_ms);
    ForgiveFinished(attempts);
    WarnOfUnfinished(attempts, commits ? "committed" : "rolled back");
}

// What has been decided on this node.
void FinishDecided(std::span<Connection* const> parts, bool commits) {
    if (parts.empty()) return;
    FaultPoint("after_local_commit");
    if (FaultPointIsSet("after_commit_prepared_one")) {
        FinishPrepared(parts.first(1), commits);
        FaultPoint("after_commit_prepared_one");
    }
    FinishPrepared(parts, commits);
}

void EndAll() {
    decider = kNobody;
    verdict = Verdict::kNone;
    xid_is_only_a_name = false;
    for (Connection* c : connection::SessionConnections()) Reset(&connection::StateOf(c));
    connection::ReleaseReaders(transaction_end_timeout_ms);
    connection::CloseUnusable();
}

}  // namespace

const char* PrepareCommand(Connection* writer, int32 deciding_group) {
    return NamedPrepare(writer, deciding_group, MyProcPid);
}

void PrepareCommit() {
    CheckNoneLost();
    const auto writers = Writers();
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
    if (writers.size() == 1 && decider == kNobody && NothingIsHere())
        CommitOnePhase(writers[0]);
    else
        CommitTwoPhase(writers);
}

void PrepareForUser() {
    CheckNoneLost();
    // What only reads keeps its locks, too. No session ends what is prepared: none can be in a
    // deadlock with it.
    const auto parts = Collect(
        [](Connection* c, RemoteState& state) { return state.begun && !connection::IsBroken(c); });
    connection::AwaitAbandoned(parts);
    if (!parts.empty()) DecideHere(parts, 0);
}

void FinishPrepare() {
    for (Connection* unused : Collect([](Connection*, RemoteState& s) { return !IsPrepared(s); }))
        connection::ClearQueue(unused);
    EndAll();
}

void FinishParts(std::span<const Part> parts, bool commits) {
    auto** connections =
        static_cast<Connection**>(palloc(sizeof(Connection*) * (parts.size() + 1)));
    for (size_t i = 0; i < parts.size(); i++) {
        connections[i] = parts[i].connection;
        RemoteState& state = connection::StateOf(parts[i].connection);
        strlcpy(state.gid, parts[i].gid, sizeof(state.gid));
    }
    FinishDecided({connections, parts.size()}, commits);
    for (const Part& part : parts) connection::StateOf(part.connection).gid[0] = '\0';
}

void FinishCommit() {
    FinishDecided(Collect([](Connection*, RemoteState& state) { return IsPrepared(state); }), true);
    for (Connection* reader :
         Collect([](Connection*, RemoteState& state) { return !IsPrepared(state); })) {
        // A ROLLBACK TO that is due goes first: whoever only reads now may have written before it.
        if (connection::StateOf(reader).begun) connection::SendUnawaited(reader, "COMMIT");
        connection::ClearQueue(reader);
    }
    EndAll();
}

void FinishAbort() {
    if (verdict == Verdict::kCommitted) {
        ereport(WARNING, errcode(ERRCODE_WARNING),
                errmsg("the transaction has been committed, although it failed afterwards"));
        FinishCommit();
        return;
    }
    connection::CloseOutside(InvalidSubTransactionId);
    for (Connection* c : Collect([](Connection*, RemoteState& state) { return !state.begun; }))
        connection::ClearQueue(c);
    const auto begun = Collect([](Connection*, RemoteState& state) { return state.begun; });
    // Also where PREPARE was sent: it may have failed, and a ROLLBACK too many is harmless.
    connection::TryExecuteAll(MakeAttempts(begun, "ROLLBACK"), transaction_end_timeout_ms);
    // Where nobody knows what was decided, recovery asks the node that did.
    const auto prepared = Collect([](Connection*, RemoteState& state) {
        return IsPrepared(state) && verdict == Verdict::kNone;
    });
    FinishPrepared(prepared, false);
    for (Connection* c : begun) connection::ForgetRolledBackSettings(c);
    EndAll();
}

}  // namespace pgspan::transaction
