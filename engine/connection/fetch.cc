// Waiting for what was sent, and taking its rows.
#include "engine/connection/connection_state.h"

namespace pgspan::connection {

bool AwaitEnd(Connection* c, const Deadline& deadline) {
    for (;;) {
        switch (Advance(c)) {
        case Progress::kRow:
            PQclear(c->row);
            c->row = nullptr;
            break;
        case Progress::kWait:
            if (!WaitUntil(c, deadline)) return false;
            break;
        case Progress::kLost:
            RaiseLost(c);
        case Progress::kEnd:
        case Progress::kIdle:
            return true;
        }
    }
}

void AwaitEnd(Connection* c) {
    AwaitEnd(c, Deadline(-1));
}

void RaiseFailed(Connection* c) {
    PGresult* failed = c->failed;
    c->failed = nullptr;
    ClearResults(c);
    RaiseResult(c, failed);
}

Fetch FetchRow(Connection* c, PGresult** row) {
    ForwardNotices(c);
    PQclear(c->row);
    c->row = nullptr;
    switch (Advance(c)) {
    case Progress::kRow:
        *row = c->row;
        return Fetch::kRow;
    case Progress::kWait:
        return Fetch::kWait;
    case Progress::kLost:
        RaiseLost(c);
    case Progress::kEnd:
        if (Resent(c)) return FetchRow(c, row);
        c->reader = nullptr;
        ForwardNotices(c);
        if (c->failed) RaiseFailed(c);
        *row = c->end;
        return Fetch::kEnd;
    case Progress::kIdle:
        break;
    }
    elog(ERROR, "no statement is under way on node %s", c->label);
    pg_unreachable();
}

bool FetchRowWaiting(Connection* c, PGresult** row) {
    for (;;) {
        const Fetch fetch = FetchRow(c, row);
        if (fetch != Fetch::kWait) return fetch == Fetch::kRow;
        Wait({&c, 1});
    }
}

uint64 AffectedRows(const PGresult* end) {
    const char* count = end ? PQcmdTuples(const_cast<PGresult*>(end)) : "";
    return count[0] ? strtoull(count, nullptr, 10) : 0;
}

}  // namespace pgspan::connection
