// One libpq connection to another node: opened without blocking interrupts, kept for the session,
// used in pipeline mode. There is one for each node for ordinary work, which acts for whoever the
// statement belongs to (connection/roles.h).
//
//   c = connection::ForGroup(group)                   cached; opens if needed
//
//   transaction::Join(c, transaction::Access::kWrite) queues BEGIN and savepoints that are due
//
//   connection::Send(c, statement, reader)            Parse if new, Bind, Execute, Sync; flushes
//
//   connection::FetchRowWaiting(c, &row)              rows one by one
//
// A connection serves one reader at a time. When another reader wants it while rows of the first
// are still to come, the first one's Detach callback is called: it takes its remaining rows over
// into a buffer of its own (a tuplestore) by calling FetchRow until it ends.
//
// Every wait is interruptible (CHECK_FOR_INTERRUPTS) and ends when the connection is lost. A remote
// error is raised by ereport(ERROR) with the remote's SQLSTATE, message, detail, hint and context,
// and the node named in the context. Memory: connections live in a context under TopMemoryContext
// with a reset callback for the libpq objects.
#pragma once

#include "engine/metadata/nodes.h"
#include "engine/pg/postgres.h"

extern "C" {
#include "libpq-fe.h"
}

namespace pgspan::connection {

struct Connection;

// A statement for a node. Parameter values are libpq's: text or binary; nullptr is NULL. Everything
// is copied by Send.
struct Statement {
    const char* sql;
    int parameter_count = 0;
    const Oid* types = nullptr;  // 0 lets the node infer
    const char* const* values = nullptr;
    const int* lengths = nullptr;  // for binary values
    const int* formats = nullptr;  // 0 text, 1 binary
    bool binary_result = false;
    bool prepare =
        false;  // keep a named prepared statement for this text on the connection (bounded, LRU)
    // A command without parameters that the node runs right after it, unless it fails.
    const char* then = nullptr;
};

// Whoever reads the result of a statement.
struct Reader {
    // Called when someone else needs the connection: fetch all remaining rows into a buffer. May be
    // nullptr if the reader always reads to the end before anything else can run.
    void (*detach)(Reader* self) = nullptr;
};

// The session's connection to the active primary of a group. Opens it (bounded by
// pgspan.connect_timeout) if there is none, or if it was found broken outside a remote transaction.
// Raises 08001/08006 with host, port and the reason.
Connection* ForGroup(int32 group_id);
// Opens to several groups at once; afterwards ForGroup is immediate for each of them.
void OpenAll(std::span<const int32> group_ids);
// What is sent: parts of this node's statements, or what a user wants to run on the node itself.
enum class Purpose { kParts, kUserCommands };
// A connection of its own to host:port, not cached and outside the distributed transaction (node
// checks, VACUUM, recovery). Closed by Close, or at the end of the (sub)transaction after an error.
Connection* OpenOutside(const char* host, int32 port, const char* dbname,
                        Purpose purpose = Purpose::kParts);
void Close(Connection* connection);

[[nodiscard]] int32 GroupOf(const Connection* connection);
[[nodiscard]] const char* DescribeNode(const Connection* connection);  // "127.0.0.1:9701"
// The remote backend's process id.
[[nodiscard]] int BackendPid(const Connection* connection);

// Queues an utility command whose success is all that matters (BEGIN, SAVEPOINT, SET); it travels
// with the next Send, and its error is raised there.
void Queue(Connection* connection, const char* sql);

// Sends a statement with all that is queued, and a Sync. If another reader is active, that one is
// detached first.
void Send(Connection* connection, const Statement& statement, Reader* reader);

enum class Fetch { kRow, kEnd, kWait };
// The next row of the current statement without waiting: kRow with *row a PGresult of one tuple
// that stays valid until the next call; kEnd when the statement is complete (command tag then in
// *row; the reader is released); kWait if nothing has arrived (use Wait).
Fetch FetchRow(Connection* connection, PGresult** row);
// The same, waiting as needed; true for a row, false at the end.
bool FetchRowWaiting(Connection* connection, PGresult** row);
// Waits until at least one of the connections can be read or written (flushing pending output), an
// interrupt arrives (raised) or one is lost.
void Wait(std::span<Connection* const> connections);
// To be called when a wait without limit has lasted deadlock_timeout, and again at doubled
// intervals up to 10 s. May raise, and may use other connections.
void SetStallCallback(void (*callback)());
// The reader goes away before its end (an error, or a LIMIT was reached) and must not be called
// again. Never raises, never waits, may be called from a memory context's reset callback and for a
// reader that no connection knows (any more). What is left of its rows is discarded by the next use
// of the connection: read away inside a remote transaction, cancelled first when there is none.
void Abandon(const Reader* reader);
// Waits until what has been abandoned on these connections has ended, whatever its outcome.
void AwaitAbandoned(std::span<Connection* const> connections);
// Rows affected by the statement that has just ended (kEnd).
[[nodiscard]] uint64 AffectedRows(const PGresult* end);

// COPY … FROM STDIN on a connection: BeginCopy sends the statement and waits for the COPY-in state
// (outside pipeline mode); PutCopyData applies back-pressure; EndCopy waits for the outcome and
// returns the number of rows.
void BeginCopy(Connection* connection, const char* sql);
void PutCopyData(Connection* connection, const char* data, int length);
uint64 EndCopy(Connection* connection);
// Aborts the COPY on the node, after an error here; leaves the connection usable for ROLLBACK.

// Runs a command, or several separated by semicolons, to its end; raises the remote's error.
// Returns the rows affected by the last one.
uint64 Execute(Connection* connection, const char* sql);
// The same for many nodes at once: sent to all, then awaited.
void ExecuteAll(std::span<Connection* const> connections, const char* sql);
// The same with a command for each. All are awaited before the first error is raised. A command
// that ends with another tag than expected_tag (PREPARE TRANSACTION and COMMIT of a failed
// transaction end with ROLLBACK) is an error too.
struct Command {
    Connection* connection;
    const char* sql;
    const char* expected_tag = nullptr;
};
// A node that has not answered after timeout_ms (-1: no limit) is lost.
void ExecuteEach(std::span<const Command> commands, int timeout_ms = -1);
// Sends what is queued, roles and settings, as a group of its own that is awaited. Raises.
void FlushQueue(Connection* connection);
// Rows as a List of char** (text; nullptr for NULL) in the current memory context.
List* Query(Connection* connection, const char* sql, int* columns = nullptr);

// A command after which there is no way back (COMMIT). A cancel by the user, or the end of
// timeout_ms, is passed on to the node, and its outcome awaited for another grace_ms. Raises the
// node's error, or 08007 if nobody can know.
void ExecuteDecision(Connection* connection, const char* sql, const char* expected_tag,
                     int timeout_ms, int grace_ms);
// The same for a statement that commits as it ends: outside a transaction on the node, or followed
// by COMMIT (`then`). If the node has given in to a cancel, the reason here is raised. Returns the
// rows affected. timeout_ms -1: no limit but the session's.
uint64 ExecuteDecision(Connection* connection, const Statement& statement, int timeout_ms,
                       int grace_ms);

// For transaction ends, where nothing may be raised or interrupted: never throws, bounded by
// timeout_ms, returns false when it fails, and marks the connection broken when it does not end;
// *error (if given) receives a palloc'd message.
bool TryExecute(Connection* connection, const char* sql, int timeout_ms, char** error = nullptr);
// The same for many at once. What still runs on a connection is cancelled first.
struct Attempt {
    Connection* connection;
    const char* sql;
    bool succeeded = false;
    int sqlstate =
        0;  // of the node's error; 0 if the connection was lost or did not answer in time
    char error[200] = "";
};
void TryExecuteAll(std::span<Attempt> attempts, int timeout_ms);
// Sends what is queued and a command whose outcome nobody waits for: what comes next on the
// connection comes after it. An error of it is logged. Never raises.
void SendUnawaited(Connection* connection, const char* sql);
// The same for what is queued alone. It waits for the next statement, as ever, while the connection
// is being read, or is not in a transaction yet.
void SendQueueUnawaited(Connection* connection);
// Forgets what was queued and not sent yet.
void ClearQueue(Connection* connection);
// Cancels what runs on the connection, discards its results; false (and broken) if that does not
// end in time.
bool TryCancel(Connection* connection, int timeout_ms);

// State of the remote transaction, owned by the room transaction.
struct Savepoint {
    SubTransactionId subtransaction;
    bool wrote_before;  // the transaction, before it
    bool writes;        // something was written, or rows were locked, since
};
struct RemoteState {
    bool in_transaction = false;  // BEGIN was queued or sent
    bool begun = false;           // BEGIN was sent (set by Send)
    bool wrote = false;
    int savepoint_depth = 0;  // how many levels of our subtransactions have a SAVEPOINT there
    Savepoint* savepoints = nullptr;
    int savepoints_capacity = 0;
    char gid[128] = "";  // not empty once PREPARE TRANSACTION may have been sent
};
RemoteState& StateOf(Connection* connection);
[[nodiscard]] bool IsBroken(const Connection* connection);
// Raises 08006 with the node and the reason; precondition: IsBroken.
[[noreturn]] void RaiseLost(const Connection* connection);
[[nodiscard]] bool IsBusy(const Connection* connection);  // a statement runs or rows are to come
// True if the connection has acted last for the role of the present statement.
[[nodiscard]] bool ActsForPresentRole(const Connection* connection);
// Every cached connection of this session.
std::span<Connection* const> SessionConnections();

// Ends of transactions and subtransactions, called by the room transaction; none of them raises.
// What was SET on the node may have been rolled back: the session's settings are sent again.
void ForgetRolledBackSettings(Connection* connection);
// What a connection was doing for an aborted subtransaction is cancelled, bounded by timeout_ms.
void AbortSubtransaction(Connection* connection, SubTransactionId subtransaction, int timeout_ms);
void CloseOutside(SubTransactionId subtransaction);  // InvalidSubTransactionId: all of them
void CommitSubtransaction(SubTransactionId subtransaction, SubTransactionId parent);
// Lets all readers go and cancels what runs for nobody, so that no node works for a transaction
// that has ended.
void ReleaseReaders(int timeout_ms);
// Closes broken connections and those over pgspan.max_cached_connections; called at transaction
// end.
void CloseUnusable();

// Settings of this room (pgspan.node_conninfo, pgspan.connect_timeout, …); called once from
// _PG_init.
void DefineSettings();

}  // namespace pgspan::connection
