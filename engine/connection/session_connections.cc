// The connections that this session keeps, and those of its own that stand outside of its
// transaction.
#include "engine/connection/open.h"
#include "engine/pg/entry.h"

extern "C" {
#include "storage/ipc.h"
}

#include <sys/socket.h>

namespace pgspan::connection {

namespace {

struct ConnectionList {
    Connection** items;
    int count;
    int capacity;

    void Reserve() {
        if (count < capacity) return;
        const int wanted = std::max(8, capacity * 2);
        items = static_cast<Connection**>(
            items ? repalloc(items, sizeof(Connection*) * wanted)
                  : MemoryContextAlloc(TopMemoryContext, sizeof(Connection*) * wanted));
        capacity = wanted;
    }
    void Add(Connection* connection) { items[count++] = connection; }
    void Remove(const Connection* connection) {
        Connection** end = std::remove(items, items + count, connection);
        count = static_cast<int>(end - items);
    }
};

ConnectionList cached = {};
ConnectionList outside = {};
uint64 use_counter = 0;
bool exit_registered = false;

// A clean goodbye; otherwise each node would log an unexpected end of the stream.
void CloseAllAtExit(int /*code*/, Datum /*argument*/) {
    pg::Entry([] {
        for (const ConnectionList* list : {&cached, &outside})
            for (int i = 0; i < list->count; i++) DropLibpq(list->items[i]);
        cached.count = outside.count = 0;
    });
}

void RegisterExit() {
    if (!exit_registered) on_proc_exit(CloseAllAtExit, Datum{0});
    exit_registered = true;
}

Connection* FindCached(int32 group_id) {
    for (int i = 0; i < cached.count; i++)
        if (cached.items[i]->group_id == group_id) return cached.items[i];
    return nullptr;
}

bool IsUsable(Connection* c, const metadata::Node& node) {
    if (c->state.in_transaction) {
        if (c->broken) RaiseLost(c);
        return true;
    }
    if (c->broken || !c->opened) return false;
    if (c->port != node.port || strcmp(c->host, node.host) != 0) return false;
    return IsAlive(c);
}

void Forget(Connection* c) {
    cached.Remove(c);
    outside.Remove(c);
    DestroyConnection(c);
}

// A usable cached connection, or a new one that is cached but not open yet.
Connection* FindOrAdd(int32 group_id, bool* is_new) {
    Connection* c = FindCached(group_id);
    const metadata::Node* node = nullptr;
    // The address matters only before the transaction has begun there.
    if (c == nullptr || !c->state.in_transaction) node = &metadata::PrimaryOf(group_id);
    if (c && (node == nullptr ? (c->broken ? (RaiseLost(c), false) : true) : IsUsable(c, *node))) {
        *is_new = false;
        c->last_use = ++use_counter;
        return c;
    }
    if (c) Forget(c);
    cached.Reserve();
    RegisterExit();
    c = NewConnection(node->node_id, group_id, node->host, node->port, nullptr, Purpose::kParts);
    cached.Add(c);
    c->last_use = ++use_counter;
    *is_new = true;
    return c;
}

}  // namespace

// A server that was restarted has closed the sockets that nobody was reading. It may have answered
// before: what ends a transaction leaves answers that nobody waits for.
bool IsAlive(Connection* c) {
    if (HasEntries(c) && (c->state.in_transaction || IsBusy(c)))
        return true;  // an answer is due, reading it will tell
    while (HasEntries(c)) {
        const Progress progress = Advance(c);
        if (progress == Progress::kWait) return true;
        if (progress == Progress::kLost) return false;
    }
    // The end of the stream may follow its last words.
    while (PQstatus(c->libpq) == CONNECTION_OK && c->lost_reason[0] == '\0') {
        char byte = 0;
        const ssize_t peeked = recv(PQsocket(c->libpq), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
        if (peeked < 0 && errno == EINTR) return true;
        if (PQconsumeInput(c->libpq) != 1) return false;
        PQisBusy(c->libpq);  // parses what came: notices, parameters, or the server's last words
    }
    return false;
}

Connection* ForGroup(int32 group_id) {
    bool is_new = false;
    Connection* c = FindOrAdd(group_id, &is_new);
    if (is_new) OpenConnections({&c, 1});
    return c;
}

void OpenAll(std::span<const int32> group_ids) {
    auto** fresh = static_cast<Connection**>(palloc(sizeof(Connection*) * (group_ids.size() + 1)));
    size_t count = 0;
    for (const int32 group_id : group_ids) {
        bool is_new = false;
        Connection* c = FindOrAdd(group_id, &is_new);
        if (is_new) fresh[count++] = c;
    }
    if (count > 0) OpenConnections({fresh, count});
    pfree(fresh);
}

Connection* OpenOutside(const char* host, int32 port, const char* dbname, Purpose purpose) {
    const metadata::Node* node =
        metadata::ExtensionIsReady() ? metadata::FindNode(host, port) : nullptr;
    outside.Reserve();
    RegisterExit();
    Connection* c = NewConnection(node ? node->node_id : 0, node ? node->group_id : -1, host, port,
                                  dbname, purpose);
    c->outside = true;
    outside.Add(c);
    OpenConnections({&c, 1});
    return c;
}

void Close(Connection* connection) {
    Forget(connection);
}

int32 GroupOf(const Connection* connection) {
    return connection->group_id;
}

const char* DescribeNode(const Connection* connection) {
    return connection->label;
}

int BackendPid(const Connection* connection) {
    return connection->libpq ? PQbackendPID(connection->libpq) : 0;
}

RemoteState& StateOf(Connection* connection) {
    return connection->state;
}

bool IsBroken(const Connection* connection) {
    return connection->broken;
}

std::span<Connection* const> SessionConnections() {
    return {cached.items, static_cast<size_t>(cached.count)};
}

void Abandon(const Reader* reader) {
    for (const ConnectionList* list : {&cached, &outside})
        for (int i = 0; i < list->count; i++)
            if (list->items[i]->reader == reader) Orphan(list->items[i]);
}

void AbortSubtransaction(Connection* c, SubTransactionId subtransaction, int timeout_ms) {
    // Its readers may be gone already, with the portals that PostgreSQL has cleaned up before this.
    if (c->broken || c->sender < subtransaction) return;
    if (HasRunningStatement(c) || c->copying)
        TryCancel(c, timeout_ms);
    else
        Orphan(c);
}

void CloseOutside(SubTransactionId subtransaction) {
    for (int i = outside.count - 1; i >= 0; i--)
        if (subtransaction == InvalidSubTransactionId || outside.items[i]->owner >= subtransaction)
            Forget(outside.items[i]);
}

void CommitSubtransaction(SubTransactionId subtransaction, SubTransactionId parent) {
    for (int i = 0; i < cached.count; i++)
        if (cached.items[i]->sender == subtransaction) cached.items[i]->sender = parent;
    for (int i = 0; i < outside.count; i++)
        if (outside.items[i]->owner == subtransaction) outside.items[i]->owner = parent;
}

void ReleaseReaders(int timeout_ms) {
    for (int i = 0; i < cached.count; i++) {
        Connection* c = cached.items[i];
        if (c->broken || (!HasEntries(c) && !c->copying)) continue;
        const bool running = HasRunningStatement(c) || c->copying;
        Orphan(c);
        if (running) TryCancel(c, timeout_ms);
    }
}

void CloseUnusable() {
    for (int i = cached.count - 1; i >= 0; i--)
        if (cached.items[i]->broken || !cached.items[i]->opened) Forget(cached.items[i]);
    while (cached.count > max_cached_connections) {
        Connection** oldest = std::min_element(
            cached.items, cached.items + cached.count,
            [](const Connection* a, const Connection* b) { return a->last_use < b->last_use; });
        Forget(*oldest);
    }
}

}  // namespace pgspan::connection
