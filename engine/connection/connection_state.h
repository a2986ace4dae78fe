// Inside the room connection: what a Connection is made of, and the steps that its parts share.
//
// libpq delivers the results of a pipeline in the order in which commands were sent; `entries`
// remembers what each of them was. Advance takes results off libpq, matches them with entries and
// never raises; everything else builds on it. A group is what lies between two Syncs. At most one
// group has a reader; groups whose outcome nobody awaits any more are orphans: their rows are
// discarded as they come.
#pragma once

#include "engine/connection/connection.h"
#include "engine/connection/roles.h"

extern "C" {
#include "common/string.h"
#include "lib/ilist.h"
#include "utils/hsearch.h"
}

namespace pgspan::connection {

inline constexpr int kSessionSettingCount = 21;

// A setting of an extension or user that the node was told.
struct SentSetting {
    SentSetting* next;
    char* name;
    char* value;  // nullptr: not known what it is there
};

struct PreparedStatement {
    dlist_node node;  // in Connection::recent or Connection::doomed
    const char* sql;
    int parameter_count;
    const Oid* types;
    uint32 hash;
    char name[24];
    bool ready;   // Parse has succeeded
    bool doomed;  // to be deallocated on the node; not in the table any more
    bool sent;    // Parse or DEALLOCATE is under way
};

// ilist.h's loops do not compile as C++. visit(statement) may unlink its statement, and returns
// true to stop.
template <typename Visitor>
void ForEachPrepared(dlist_head* list, Visitor&& visit) {
    static_assert(offsetof(PreparedStatement, node) == 0);
    for (dlist_node* node = list->head.next; node != &list->head;) {
        auto* prepared = reinterpret_cast<PreparedStatement*>(node);
        node = node->next;
        if (visit(prepared)) return;
    }
}

enum class EntryKind : char {
    kCommand,     // BEGIN, SAVEPOINT, …
    kSettings,    // the session's settings
    kDeallocate,  // of a prepared statement
    kParse,       // of a prepared statement
    kStatement,   // what the caller sent
    kInnerSync,   // ends what must not share a transaction with the statement
    kSync         // ends a group
};

struct Entry {
    EntryKind kind;
    bool orphan;
    PreparedStatement* prepared;
};

// What is needed to send a statement again when the node no longer knows what was prepared there.
struct Resend {
    MemoryContext context;
    bool possible;
    bool started_transaction;  // the group began with BEGIN: undo that first
    char** commands;
    int command_count;
    Statement statement;
};

struct Notice;

struct Connection {
    MemoryContext context;  // owns this struct and, by its reset callback, libpq's objects
    MemoryContextCallback at_reset;
    PGconn* libpq;
    bool has_external_fd;
    WaitEventSet* events;  // latch, postmaster, socket
    uint32 events_mask;    // of the socket
    int32 group_id;
    Roles roles;            // that it has taken on the node, as far as that is known
    int roles_taken;        // how often
    const char* challenge;  // of the session there, to be answered by a proof
    bool is_strange;        // the node is not part of the cluster (yet)
    const char* host;
    int32 port;
    const char* label;
    const char** keywords;  // for a second connection that cancels
    const char** values;
    bool opened;
    bool outside;
    SubTransactionId owner;  // outside: the subtransaction that opened it
    bool broken;
    char lost_reason[512];
    uint64 last_use;

    Entry* entries;  // [first, end)
    int first_entry;
    int end_entry;
    int entry_capacity;
    char** queued;
    int queued_count;
    int queued_capacity;
    Reader* reader;
    SubTransactionId sender;  // the subtransaction of what was sent last
    bool just_sent;           // nothing can have arrived yet: wait before reading
    bool copying;
    size_t copy_unchecked;
    size_t copy_unflushed;
    uint64 copy_notices;
    PGresult* row;
    PGresult* end;
    PGresult* failed;
    Notice* first_notice;
    Notice* last_notice;
    uint64 notice_count;

    HTAB* prepared;
    dlist_head recent;  // most recently used first
    dlist_head doomed;
    int prepared_count;
    uint64 prepared_counter;
    uint64 definition_generation;  // of the tables when the kept statements were prepared
    Resend resend;

    uint64 settings_version;  // of the session's settings when they were last sent
    char* settings[kSessionSettingCount];
    SentSetting* custom_settings;
    bool settings_in_transaction;  // a ROLLBACK would undo them

    RemoteState state;
};

// Settings of this room.
extern int connect_timeout_s;
extern int max_prepared_statements;
extern int max_cached_connections;
extern char* node_conninfo;

// A point in time; -1 ms is never.
class Deadline {
  public:
    explicit Deadline(int timeout_ms);
    [[nodiscard]] int RemainingMs() const;  // 0 when it has passed

  private:
    instr_time start_;
    int timeout_ms_;
};

// ---- pipeline.cc
enum class Progress { kWait, kRow, kEnd, kIdle, kLost };
// Takes what has arrived: kRow (in ->row), kEnd (a group's end; ->end or ->failed), kWait (nothing
// to take), kIdle (nothing is under way), kLost. Never raises.
Progress Advance(Connection* connection);
// Remembers what was just handed to libpq, which answered libpq_result; false (and lost) if it was
// not taken. Never raises.
bool Sent(Connection* connection, int libpq_result, EntryKind kind, bool orphan,
          PreparedStatement* prepared = nullptr);
void ClearResults(Connection* connection);
void Orphan(Connection* connection);  // nobody waits for what is under way
[[nodiscard]] bool HasEntries(const Connection* connection);
[[nodiscard]] bool HasRunningStatement(const Connection* connection);
void MarkLost(Connection* connection, const char* reason);

// ---- send.cc
// At the end of a group: sends its statement again if the node had lost what was prepared, and
// nothing but that failed.
bool Resent(Connection* connection);
// Detaches the reader, and gets rid of what was abandoned outside a transaction. Raises.
void MakeReady(Connection* connection);
// Sends several statements as one group; the rows of the last are the group's. Raises.
void SendCommands(Connection* connection, const char* const* commands, int count);
// Sends what is queued and a command; false if the connection is lost. Never raises.
bool SendBare(Connection* connection, const char* sql, bool orphan);

// ---- fetch.cc
// Waits for the end of the group without raising its error (that is in ->failed); raises interrupts
// and loss.
void AwaitEnd(Connection* connection);
// The same; false if it has not ended by the deadline.
bool AwaitEnd(Connection* connection, const Deadline& deadline);
// Raises and clears ->failed.
[[noreturn]] void RaiseFailed(Connection* connection);

// ---- prepared_statements.cc
void InitializePrepared(Connection* connection);
// The definition of a table changed, here or in another session: what was prepared before is
// prepared anew. In the middle of a transaction the node's own complaint would come too late.
void ForgetOutdatedStatements(Connection* connection);
PreparedStatement* FindPrepared(Connection* connection, const Statement& statement);
PreparedStatement* AddPrepared(Connection* connection, const Statement& statement);
void RemovePrepared(Connection* connection, PreparedStatement* prepared);  // unknown to the node
void DoomPrepared(Connection* connection, PreparedStatement* prepared);    // known to the node
void FreePrepared(PreparedStatement* prepared);
// True if the failure says no more than that the node has lost, or cannot use, what was prepared.
bool IsLostPlan(const PGresult* failed);
// Deep copies, so that the statement can be sent again.
void KeepForResend(Connection* connection, const Statement& statement, bool starts_transaction);

// ---- session_settings.cc
// The SQL that brings the node's settings up to date, in the current memory context; nullptr if
// nothing changed.
char* SettingsCommand(Connection* connection);
void ForgetSessionSettings(Connection* connection);

// ---- remote_error.cc
[[noreturn]] void RaiseResult(const Connection* connection, PGresult* result);
void DescribeResult(const PGresult* result, char* buffer, size_t size);
int SqlStateOf(const PGresult* result);
void InstallNoticeReceiver(Connection* connection);
void ForwardNotices(Connection* connection);
void DropNotices(Connection* connection);

// ---- wait.cc
struct SocketInterest {
    pgsocket socket;
    uint32 events;
};
// Interrupts are raised; false when the timeout (-1: none) has passed.
bool WaitForSockets(std::span<const SocketInterest> interests, int timeout_ms);
// Interrupts are left alone; false when the deadline has passed.
bool WaitForSocketQuietly(const SocketInterest& interest, const Deadline& deadline);
bool WaitQuietly(Connection* connection, const Deadline& deadline);
void WaitForSocket(Connection* connection, uint32 events);
bool WaitUntil(Connection* connection, const Deadline& deadline);
void ForgetWaitSet();  // of many sockets: call when any of its sockets was closed
void FreeWaitSet(Connection* connection);

// ---- cancel.cc
// Asks the node to cancel what runs there; false if it cannot be reached in time.
bool RequestCancel(Connection* connection, const Deadline& deadline);

// ---- copy.cc
// Ends a COPY with an error on the node and returns to pipeline mode; false (and broken) if that
// takes too long.
bool AbortCopy(Connection* connection, const Deadline& deadline);

// ---- session_connections.cc
// False if the node has closed its end while nobody was looking.
bool IsAlive(Connection* connection);

// ---- open.cc
void DropLibpq(Connection* connection);  // closes the socket
// A second connection to the same node, in pipeline mode, not interruptible; nullptr when it fails
// or takes too long.
PGconn* OpenAgain(const Connection* connection, const Deadline& deadline);
void DestroyConnection(Connection* connection);

}  // namespace pgspan::connection
