#include "engine/transaction/deadlock.h"

#include "engine/connection/connection.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/pg/subtransaction.h"
#include "engine/transaction/remote_transaction.h"

namespace pgspan::transaction {

namespace {

struct Session {
    int32 group;
    int32 pid;
    auto operator<=>(const Session&) const = default;
};

struct Wait {
    Session waiter;
    Session holder;
    int32 node_group;  // where
};

struct Waits {
    Wait* items;
    size_t count;
    size_t capacity;

    void Add(const Wait& wait) {
        if (count == capacity) {
            capacity = std::max<size_t>(16, capacity * 2);
            items = static_cast<Wait*>(items ? repalloc(items, sizeof(Wait) * capacity)
                                             : palloc(sizeof(Wait) * capacity));
        }
        items[count++] = wait;
    }
    [[nodiscard]] bool Contains(const Wait& wait) const {
        return std::any_of(items, items + count, [&](const Wait& w) {
            return w.waiter == wait.waiter && w.holder == wait.holder &&
                   w.node_group == wait.node_group;
        });
    }
};

void AddWaitsOf(const metadata::Node& node, Waits* waits) {
    connection::Connection* c = connection::OpenOutside(node.host, node.port, nullptr);
    const List* rows = connection::Query(
        c, "SELECT waiter_group, waiter_pid, holder_group, holder_pid FROM pgspan.lock_waits()");
    for (char** row : pg::Each<char*>(rows))
        waits->Add({{atoi(row[0]), atoi(row[1])}, {atoi(row[2]), atoi(row[3])}, node.group_id});
    connection::Close(c);
}

Waits AskAllNodes() {
    Waits waits = {};
    for (const metadata::Node& node : metadata::AllNodes()) {
        if (!node.is_active || !node.is_primary) continue;
        ErrorData* error = pg::Attempt([&] { AddWaitsOf(node, &waits); });
        if (error)
            elog(DEBUG1, "pgspan: could not look for deadlocks on node %s:%d: %s", node.host,
                 node.port, error->message);
    }
    return waits;
}

// Depth first from `at` to `goal`; the path is left in `path`.
bool FindPath(const Waits& waits, bool* visited, const Session& at, const Session& goal,
              Waits* path) {
    check_stack_depth();
    for (size_t i = 0; i < waits.count; i++) {
        const Wait& wait = waits.items[i];
        if (visited[i] || wait.waiter != at) continue;
        visited[i] = true;
        path->Add(wait);
        if (wait.holder == goal || FindPath(waits, visited, wait.holder, goal, path)) return true;
        path->count--;
    }
    return false;
}

// The waits of a cycle through `session`; empty if there is none.
Waits FindCycle(const Waits& waits, const Session& session) {
    Waits path = {};
    auto* visited = static_cast<bool*>(palloc0(sizeof(bool) * (waits.count + 1)));
    FindPath(waits, visited, session, session, &path);
    return path;
}

// Only who waits for another node looks for deadlocks, and can give up.
Session VictimOf(const Waits& cycle) {
    Session victim = {-1, -1};
    for (size_t i = 0; i < cycle.count; i++)
        if (cycle.items[i].waiter.group != cycle.items[i].node_group)
            victim = std::max(victim, cycle.items[i].waiter);
    return victim;
}

char* Describe(const Waits& cycle) {
    StringInfoData text;
    initStringInfo(&text);
    for (size_t i = 0; i < cycle.count; i++) {
        const Wait& wait = cycle.items[i];
        appendStringInfo(&text,
                         "%sProcess %d of group %d waits on the node of group %d for process %d of "
                         "group %d.",
                         i > 0 ? "\n" : "", wait.waiter.pid, wait.waiter.group, wait.node_group,
                         wait.holder.pid, wait.holder.group);
    }
    return text.data;
}

void Check() {
    const Session self = {metadata::LocalGroup(), MyProcPid};
    const Waits first = AskAllNodes();
    if (FindCycle(first, self).count == 0) return;
    // Nodes were asked one after another: only what has lasted is a deadlock.
    const Waits second = AskAllNodes();
    Waits lasting = {};
    for (size_t i = 0; i < second.count; i++)
        if (first.Contains(second.items[i])) lasting.Add(second.items[i]);
    const Waits cycle = FindCycle(lasting, self);
    if (cycle.count == 0 || VictimOf(cycle) != self) return;
    ereport(ERROR, errcode(ERRCODE_T_R_DEADLOCK_DETECTED), errmsg("deadlock detected"),
            errdetail_internal("%s", Describe(cycle)),
            errhint("Run the transaction again. Transactions that change the same rows in the same "
                    "order do not deadlock."));
}

}  // namespace

void CheckForDeadlock() {
    // Who holds nothing on any node is in no cycle; parallel plans wait for no locks of rows, and
    // allow no subtransactions.
    if (!HasJoined() || IsInParallelMode() || !metadata::ExtensionIsReady()) return;
    const MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan deadlock", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext outer = MemoryContextSwitchTo(context);
    Check();
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(context);
}

}  // namespace pgspan::transaction
