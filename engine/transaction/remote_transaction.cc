// Joining connections to the current transaction and its subtransactions, and the callbacks that
// end them.
#include "engine/transaction/remote_transaction.h"

#include "engine/pg/entry.h"
#include "engine/transaction/deadlock.h"
#include "engine/transaction/fault_point.h"
#include "engine/transaction/transaction_end.h"
#include "engine/transaction/whole_transaction.h"

namespace pgspan::transaction {

namespace {

using connection::Connection;
using connection::RemoteState;

struct Subtransaction {
    SubTransactionId id;
    int executor_depth;  // when it began
};

Subtransaction* subtransactions = nullptr;  // the live ones, outermost first
int subtransaction_count = 0;
int subtransaction_capacity = 0;

bool any_joined = false;  // some connection is part of the current transaction
int executor_depth = 0;
ExecutorRun_hook_type next_executor_run = nullptr;

const char* BeginCommand() {
    const char* level = XactIsoLevel == XACT_SERIALIZABLE      ? "SERIALIZABLE"
                        : XactIsoLevel == XACT_REPEATABLE_READ ? "REPEATABLE READ"
                                                               : "READ COMMITTED";
    // READ WRITE is the node's to refuse: a node that was made read-only stays so.
    return psprintf("BEGIN ISOLATION LEVEL %s%s%s", level, XactReadOnly ? " READ ONLY" : "",
                    XactDeferrable ? " DEFERRABLE" : "");
}

void ReserveSavepoints(RemoteState* state, int wanted) {
    if (wanted <= state->savepoints_capacity) return;
    const int capacity = std::max(8, wanted * 2);
    const Size size = sizeof(connection::Savepoint) * capacity;
    state->savepoints = static_cast<connection::Savepoint*>(
        state->savepoints ? repalloc(state->savepoints, size)
                          : MemoryContextAlloc(TopMemoryContext, size));
    state->savepoints_capacity = capacity;
}

void QueueSavepointCommand(Connection* c, const char* command, SubTransactionId id) {
    char sql[80];
    snprintf(sql, sizeof(sql), "%s pgspan_%u", command, id);
    connection::Queue(c, sql);
}

// One SAVEPOINT for each subtransaction that the node does not know yet.
void OpenSavepoints(Connection* c, RemoteState* state) {
    ReserveSavepoints(state, subtransaction_count);
    while (state->savepoint_depth < subtransaction_count) {
        const SubTransactionId id = subtransactions[state->savepoint_depth].id;
        QueueSavepointCommand(c, "SAVEPOINT", id);
        state->savepoints[state->savepoint_depth++] = {id, state->wrote, false};
    }
}

// In the innermost savepoint.
void NoteWrite(RemoteState* state) {
    state->wrote = true;
    if (state->savepoint_depth > 0) state->savepoints[state->savepoint_depth - 1].writes = true;
}

void StartSubtransaction(SubTransactionId id) {
    if (subtransaction_count == subtransaction_capacity) {
        const int capacity = std::max(16, subtransaction_capacity * 2);
        const Size size = sizeof(Subtransaction) * capacity;
        subtransactions = static_cast<Subtransaction*>(
            subtransactions ? repalloc(subtransactions, size)
                            : MemoryContextAlloc(TopMemoryContext, size));
        subtransaction_capacity = capacity;
    }
    subtransactions[subtransaction_count++] = {id, executor_depth};
}

void CommitSubtransaction(SubTransactionId id, SubTransactionId parent) {
    if (subtransaction_count > 0 && subtransactions[subtransaction_count - 1].id == id)
        subtransaction_count--;
    connection::CommitSubtransaction(id, parent);
    for (Connection* c : connection::SessionConnections()) {
        RemoteState& state = connection::StateOf(c);
        if (state.savepoint_depth <= subtransaction_count) continue;
        const bool writes = state.savepoints[state.savepoint_depth - 1].writes;
        state.savepoint_depth = subtransaction_count;
        if (writes) NoteWrite(&state);
        QueueSavepointCommand(c, "RELEASE SAVEPOINT", id);
    }
}

// What runs is cancelled now, and where something was written or locked the ROLLBACK TO is sent, so
// that its locks are free soon. Otherwise it travels with the next statement: functions that catch
// errors of reads in a loop pay nothing for it.
void AbortRemoteSubtransaction(Connection* c, SubTransactionId id) {
    connection::AbortSubtransaction(c, id, transaction_end_timeout_ms);
    RemoteState& state = connection::StateOf(c);
    int depth = state.savepoint_depth;
    bool writes = false;
    while (depth > 0 && state.savepoints[depth - 1].subtransaction >= id)
        writes |= state.savepoints[--depth].writes;
    if (depth == state.savepoint_depth) return;
    const connection::Savepoint& outermost = state.savepoints[depth];
    state.savepoint_depth = depth;
    state.wrote = outermost.wrote_before;
    QueueSavepointCommand(c, "ROLLBACK TO SAVEPOINT", outermost.subtransaction);
    QueueSavepointCommand(c, "RELEASE SAVEPOINT", outermost.subtransaction);
    connection::ForgetRolledBackSettings(c);
    if (writes) connection::SendQueueUnawaited(c);
}

void AbortSubtransaction(SubTransactionId id) {
    while (subtransaction_count > 0 && subtransactions[subtransaction_count - 1].id >= id)
        executor_depth = subtransactions[--subtransaction_count].executor_depth;
    connection::CloseOutside(id);
    for (Connection* c : connection::SessionConnections()) AbortRemoteSubtransaction(c, id);
}

// For the ends of transactions, where an error would become a PANIC or never end. Nothing in there
// is expected to fail, short of memory; the holds on interrupts that PostgreSQL's caller counts
// survive.
template <typename Body>
void Safely(const char* what, Body&& body) {
    const uint32 holdoff = InterruptHoldoffCount;
    ErrorData* error = pg::Capture(body);
    InterruptHoldoffCount = holdoff;
    if (error == nullptr) return;
    ereport(WARNING, errcode(error->sqlerrcode), errmsg_internal("%s: %s", what, error->message));
}

void OnTransactionEvent(XactEvent event, void* /*argument*/) {
    pg::Entry([&] {
        switch (event) {
        case XACT_EVENT_PRE_COMMIT:
            if (any_joined) PrepareCommit();
            break;
        case XACT_EVENT_PRE_PREPARE:
            if (any_joined) PrepareForUser();
            break;
        case XACT_EVENT_PREPARE:
            subtransaction_count = 0;
            any_joined = false;
            Safely("could not leave the transaction on other nodes", [] { FinishPrepare(); });
            break;
        case XACT_EVENT_COMMIT:
            subtransaction_count = 0;
            any_joined = false;
            EndWholeTransaction(true);
            Safely("could not end the transaction on other nodes", [] { FinishCommit(); });
            break;
        case XACT_EVENT_ABORT:
            subtransaction_count = 0;
            executor_depth = 0;
            any_joined = false;
            EndWholeTransaction(false);
            Safely("could not roll back the transaction on other nodes", [] { FinishAbort(); });
            break;
        default:
            break;
        }
    });
}

void OnSubtransactionEvent(SubXactEvent event, SubTransactionId id, SubTransactionId parent,
                           void* /*argument*/) {
    pg::Entry([&] {
        switch (event) {
        case SUBXACT_EVENT_START_SUB:
            StartSubtransaction(id);
            break;
        case SUBXACT_EVENT_COMMIT_SUB:
            CommitSubtransaction(id, parent);
            break;
        case SUBXACT_EVENT_ABORT_SUB:
            Safely("could not roll back a savepoint on other nodes",
                   [&] { AbortSubtransaction(id); });
            break;
        default:
            break;
        }
    });
}

// Counts how deep executors are nested: inside another one a statement belongs to a function.
void CountExecutorRun(QueryDesc* query, ScanDirection direction, uint64 count, bool execute_once) {
    pg::Entry([&] {
        const int outer = executor_depth;
        executor_depth = outer + 1;
        if (next_executor_run)
            next_executor_run(query, direction, count, execute_once);
        else
            standard_ExecutorRun(query, direction, count, execute_once);
        executor_depth = outer;
    });
}

}  // namespace

bool InTransactionBlock() {
    // A snapshot that lasts, or a promise not to write, has to be kept by the node.
    return IsTransactionBlock() || IsSubTransaction() || executor_depth > 1 ||
           IsolationUsesXactSnapshot() || (XactReadOnly && !RecoveryInProgress());
}

bool HasJoined() {
    return any_joined;
}

void Join(Connection* c, Access access) {
    RemoteState& state = connection::StateOf(c);
    if (connection::IsBroken(c)) connection::RaiseLost(c);
    if (!state.in_transaction) {
        if (access == Access::kRead && !any_joined && !InTransactionBlock()) return;
        connection::Queue(c, BeginCommand());
        state.in_transaction = true;
        any_joined = true;
    }
    OpenSavepoints(c, &state);
    if (access == Access::kWrite) NoteWrite(&state);
}

void Initialize() {
    RegisterXactCallback(OnTransactionEvent, nullptr);
    RegisterSubXactCallback(OnSubtransactionEvent, nullptr);
    connection::SetStallCallback(CheckForDeadlock);
    next_executor_run = ExecutorRun_hook;
    ExecutorRun_hook = CountExecutorRun;
}

void DefineSettings() {
    DefineFaultPointSetting();
    DefineCustomIntVariable(
        "pgspan.commit_timeout", "Longest time to wait for other nodes to agree to a commit.",
        "statement_timeout does not cover COMMIT. A node that takes longer makes it fail.",
        &commit_timeout_s, 300, 1, 86400, PGC_USERSET, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomIntVariable(
        "pgspan.transaction_end_timeout",
        "Longest time to wait for other nodes when a transaction has been decided.",
        "What they have not finished by then is finished later.", &transaction_end_timeout_ms,
        10000, 100, 3600000, PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
}

}  // namespace pgspan::transaction
