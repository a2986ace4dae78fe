// Waiting for sockets, the latch and the postmaster.
//
// A kept WaitEventSet saves a fifth of the cost of a point query; each connection has one, and
// there is one for several sockets that is made anew when the sockets change.
#include "engine/connection/connection_state.h"
#include "engine/pg/entry.h"
#include "engine/pg/wait.h"

extern "C" {
#include "pgstat.h"
#include "storage/proc.h"
#include "utils/wait_event.h"
}

namespace pgspan::connection {

namespace {

constexpr int kLatchPosition = 0;
constexpr int kPostmasterPosition = 1;
constexpr int kSocketPosition = 2;

struct KeptSet {
    WaitEventSet* set;
    SocketInterest* interests;
    size_t count;
    size_t capacity;
};

KeptSet kept = {};

WaitEventSet* NewSet(std::span<const SocketInterest> interests) {
    WaitEventSet* set = pg::NewWaitEventSet(static_cast<int>(interests.size()) + kSocketPosition);
    AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, nullptr);
    AddWaitEventToSet(set, WL_POSTMASTER_DEATH, PGINVALID_SOCKET, nullptr, nullptr);
    for (const SocketInterest& interest : interests)
        AddWaitEventToSet(set, interest.events, interest.socket, nullptr, nullptr);
    return set;
}

void MakeKeptSet(std::span<const SocketInterest> interests) {
    ForgetWaitSet();
    if (interests.size() > kept.capacity) {
        if (kept.interests) pfree(kept.interests);
        kept.interests = nullptr;
        kept.capacity = 0;
        kept.interests = static_cast<SocketInterest*>(
            MemoryContextAlloc(TopMemoryContext, sizeof(SocketInterest) * interests.size()));
        kept.capacity = interests.size();
    }
    kept.set = NewSet(interests);
    std::copy(interests.begin(), interests.end(), kept.interests);
    kept.count = interests.size();
}

WaitEventSet* SetFor(std::span<const SocketInterest> interests) {
    bool same = kept.set && kept.count == interests.size();
    for (size_t i = 0; same && i < interests.size(); i++)
        same = kept.interests[i].socket == interests[i].socket;
    if (!same) {
        MakeKeptSet(interests);
        return kept.set;
    }
    for (size_t i = 0; i < interests.size(); i++) {
        if (kept.interests[i].events == interests[i].events) continue;
        ModifyWaitEvent(kept.set, kSocketPosition + static_cast<int>(i), interests[i].events,
                        nullptr);
        kept.interests[i].events = interests[i].events;
    }
    return kept.set;
}

// One socket of a connection of ours, by its own set.
WaitEventSet* SetOf(Connection* connection, uint32 events) {
    if (connection->events == nullptr) {
        const SocketInterest interest = {PQsocket(connection->libpq), events};
        connection->events = NewSet({&interest, 1});
        connection->events_mask = events;
    } else if (connection->events_mask != events) {
        ModifyWaitEvent(connection->events, kSocketPosition, events, nullptr);
        connection->events_mask = events;
    }
    return connection->events;
}

enum class Woken { kSocket, kLatch, kTimeout, kOrphaned };

Woken WaitWhateverHappens(WaitEventSet* set, int timeout_ms) {
    WaitEvent events[8];
    const int count =
        WaitEventSetWait(set, timeout_ms, events, lengthof(events), PG_WAIT_EXTENSION);
    if (count == 0) return Woken::kTimeout;
    bool latch = false;
    for (int i = 0; i < count; i++) {
        if (events[i].pos == kPostmasterPosition) return Woken::kOrphaned;
        latch = latch || events[i].pos == kLatchPosition;
    }
    if (!latch) return Woken::kSocket;
    ResetLatch(MyLatch);
    return Woken::kLatch;
}

// A backend whose postmaster is gone ends at once, like every wait of PostgreSQL's own does.
Woken WaitOrExit(WaitEventSet* set, int timeout_ms) {
    const Woken woken = WaitWhateverHappens(set, timeout_ms);
    if (woken == Woken::kOrphaned) proc_exit(1);
    return woken;
}

constexpr int kStallPatienceMaxMs = 10'000;

void (*stall_callback)() = nullptr;
bool in_stall_callback = false;
int stalls = 0;  // since something has arrived last

int StallPatienceMs() {
    int64 patience = DeadlockTimeout;
    for (int i = 0; i < stalls && patience < kStallPatienceMaxMs; i++) patience *= 2;
    return static_cast<int>(
        std::min<int64>(patience, std::max(kStallPatienceMaxMs, DeadlockTimeout)));
}

void CallStallCallback() {
    stalls++;
    in_stall_callback = true;
    ErrorData* error = pg::Capture(stall_callback);
    in_stall_callback = false;
    if (error) ReThrowError(error);
}

Woken WaitOn(WaitEventSet* set, int timeout_ms) {
    if (timeout_ms >= 0 || stall_callback == nullptr || in_stall_callback)
        return WaitOrExit(set, timeout_ms);
    const Woken woken = WaitOrExit(set, StallPatienceMs());
    if (woken == Woken::kSocket) stalls = 0;
    if (woken != Woken::kTimeout) return woken;
    CallStallCallback();
    // It may have made the set anew: the caller looks and waits again.
    return Woken::kLatch;
}

// For the ends of transactions, which must not be left half way even then: the caller gives up
// waiting.
bool WaitOnQuietly(WaitEventSet* set, const Deadline& deadline) {
    bool latched = false;
    Woken woken = Woken::kLatch;
    while (woken == Woken::kLatch) {
        woken = WaitWhateverHappens(set, deadline.RemainingMs());
        latched = latched || woken == Woken::kLatch;
    }
    if (latched) SetLatch(MyLatch);  // whoever else waits for it has not seen it yet
    return woken == Woken::kSocket;
}

// Flushes what is pending; the events to wait for then. Loss shows when the socket is read.
uint32 EventsFor(Connection* connection) {
    return PQflush(connection->libpq) == 1 ? WL_SOCKET_READABLE | WL_SOCKET_WRITEABLE
                                           : WL_SOCKET_READABLE;
}

}  // namespace

Deadline::Deadline(int timeout_ms) : timeout_ms_(timeout_ms) {
    INSTR_TIME_SET_CURRENT(start_);
}

int Deadline::RemainingMs() const {
    if (timeout_ms_ < 0) return -1;
    instr_time now;
    INSTR_TIME_SET_CURRENT(now);
    INSTR_TIME_SUBTRACT(now, start_);
    return std::max(0, timeout_ms_ - static_cast<int>(INSTR_TIME_GET_MILLISEC(now)));
}

void SetStallCallback(void (*callback)()) {
    stall_callback = callback;
}

void ForgetWaitSet() {
    if (kept.set) FreeWaitEventSet(kept.set);
    kept.set = nullptr;
    kept.count = 0;
}

void FreeWaitSet(Connection* connection) {
    if (connection->events) FreeWaitEventSet(connection->events);
    connection->events = nullptr;
}

bool WaitForSockets(std::span<const SocketInterest> interests, int timeout_ms) {
    const Woken woken = WaitOn(SetFor(interests), timeout_ms);
    CHECK_FOR_INTERRUPTS();
    return woken != Woken::kTimeout;
}

bool WaitForSocketQuietly(const SocketInterest& interest, const Deadline& deadline) {
    WaitEventSet* set = NewSet({&interest, 1});
    const bool ready = WaitOnQuietly(set, deadline);
    FreeWaitEventSet(set);
    return ready;
}

bool WaitQuietly(Connection* connection, const Deadline& deadline) {
    return WaitOnQuietly(SetOf(connection, EventsFor(connection)), deadline);
}

bool WaitUntil(Connection* connection, const Deadline& deadline) {
    const Woken woken = WaitOn(SetOf(connection, EventsFor(connection)), deadline.RemainingMs());
    CHECK_FOR_INTERRUPTS();
    return woken != Woken::kTimeout;
}

void WaitForSocket(Connection* connection, uint32 events) {
    WaitOn(SetOf(connection, events), -1);
    CHECK_FOR_INTERRUPTS();
}

void Wait(std::span<Connection* const> connections) {
    CHECK_FOR_INTERRUPTS();
    Connection* only = nullptr;
    size_t waiting = 0;
    for (Connection* connection : connections) {
        if (connection->broken) return;
        if (!HasEntries(connection)) continue;
        if (!PQisBusy(connection->libpq)) return;
        only = connection;
        waiting++;
    }
    if (waiting == 0) return;
    if (waiting == 1) {
        WaitForSocket(only, EventsFor(only));
        return;
    }
    auto* interests = static_cast<SocketInterest*>(palloc(sizeof(SocketInterest) * waiting));
    size_t count = 0;
    for (Connection* connection : connections)
        if (HasEntries(connection))
            interests[count++] = {PQsocket(connection->libpq), EventsFor(connection)};
    WaitForSockets({interests, count}, -1);
    pfree(interests);
}

void AwaitAbandoned(std::span<Connection* const> connections) {
    for (Connection* c : connections)
        while (!c->broken && HasRunningStatement(c) && !IsBusy(c))
            if (Advance(c) == Progress::kWait) Wait({&c, 1});
}

}  // namespace pgspan::connection
