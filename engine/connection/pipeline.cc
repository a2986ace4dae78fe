// What is under way, and what comes back: results are matched with the commands that they answer.
#include "engine/connection/connection_state.h"

namespace pgspan::connection {

namespace {

bool Push(Connection* c, EntryKind kind, bool orphan, PreparedStatement* prepared) {
    if (c->first_entry == c->end_entry) c->first_entry = c->end_entry = 0;
    if (c->end_entry == c->entry_capacity) {
        const int count = c->end_entry - c->first_entry;
        const int capacity = std::max(16, count * 2);
        auto* grown = static_cast<Entry*>(
            MemoryContextAllocExtended(c->context, sizeof(Entry) * capacity, MCXT_ALLOC_NO_OOM));
        if (grown == nullptr) return false;
        if (count > 0) memcpy(grown, c->entries + c->first_entry, sizeof(Entry) * count);
        if (c->entries) pfree(c->entries);
        c->entries = grown;
        c->entry_capacity = capacity;
        c->first_entry = 0;
        c->end_entry = count;
    }
    c->entries[c->end_entry++] = {kind, orphan, prepared};
    return true;
}

Entry* Head(Connection* c) {
    return c->first_entry < c->end_entry ? &c->entries[c->first_entry] : nullptr;
}

// libpq takes the mode only between a command's becoming current and the arrival of its first
// result.
void EnterHead(Connection* c) {
    const Entry* head = Head(c);
    if (head && head->kind == EntryKind::kStatement) PQsetSingleRowMode(c->libpq);
}

void PopHead(Connection* c) {
    c->first_entry++;
    EnterHead(c);
}

void NoteFailure(Connection* c, Entry* head, PGresult* result) {
    switch (head->kind) {
    case EntryKind::kSettings:
        ForgetSessionSettings(c);
        break;
    case EntryKind::kDeallocate:  // it is gone already
        RemovePrepared(c, head->prepared);
        PQclear(result);
        return;
    case EntryKind::kParse:
        RemovePrepared(c, head->prepared);
        break;
    case EntryKind::kStatement:
        if (head->prepared && IsLostPlan(result)) {
            if (SqlStateOf(result) == ERRCODE_UNDEFINED_PSTATEMENT)
                RemovePrepared(c, head->prepared);
            else
                DoomPrepared(c, head->prepared);
        }
        break;
    default:
        break;
    }
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity && strcmp(severity, "ERROR") != 0)
        DescribeResult(result, c->lost_reason, sizeof(c->lost_reason));
    if (head->orphan || c->failed) {
        if (head->orphan) {
            char text[200];
            DescribeResult(result, text, sizeof(text));
            elog(DEBUG1, "pgspan: node %s: %s", c->label, text);
        }
        PQclear(result);
    } else {
        c->failed = result;
    }
}

void NoteSuccess(Connection* c, Entry* head, PGresult* result) {
    if (head->kind == EntryKind::kParse) {
        head->prepared->ready = true;
        head->prepared->sent = false;
    }
    if (head->kind == EntryKind::kDeallocate) RemovePrepared(c, head->prepared);
    if (head->kind == EntryKind::kStatement && !head->orphan) {
        PQclear(c->end);
        c->end = result;
    } else {
        PQclear(result);
    }
}

void NoteSkipped(Connection* c, Entry* head, PGresult* result) {
    PQclear(result);
    if (head->kind == EntryKind::kSettings) ForgetSessionSettings(c);
    if (head->kind == EntryKind::kParse) RemovePrepared(c, head->prepared);
    if (head->kind == EntryKind::kDeallocate) head->prepared->sent = false;
}

// One result; true if the caller has something to report.
bool Take(Connection* c, PGresult* result, Progress* progress) {
    Entry* head = Head(c);
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        if (head->orphan || head->kind != EntryKind::kStatement) {
            PQclear(result);
            return false;
        }
        PQclear(c->row);
        c->row = result;
        *progress = Progress::kRow;
        return true;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        NoteSuccess(c, head, result);
        return false;
    case PGRES_PIPELINE_ABORTED:
        NoteSkipped(c, head, result);
        return false;
    case PGRES_PIPELINE_SYNC: {
        PQclear(result);
        const bool report = head->kind == EntryKind::kSync && !head->orphan;
        PopHead(c);
        *progress = Progress::kEnd;
        return report;
    }
    case PGRES_FATAL_ERROR:
        NoteFailure(c, head, result);
        return false;
    default:
        PQclear(result);
        MarkLost(c, "a command answered with an unexpected kind of result");
        *progress = Progress::kLost;
        return true;
    }
}

}  // namespace

bool Sent(Connection* c, int libpq_result, EntryKind kind, bool orphan,
          PreparedStatement* prepared) {
    const bool first = !HasEntries(c);
    if (libpq_result != 1 || !Push(c, kind, orphan, prepared)) {
        MarkLost(c, PQerrorMessage(c->libpq));
        return false;
    }
    if (first) EnterHead(c);
    return true;
}

Progress Advance(Connection* c) {
    bool consumed = c->just_sent;
    c->just_sent = false;
    while (!c->broken) {
        if (!HasEntries(c)) return Progress::kIdle;
        if (PQisBusy(c->libpq)) {
            if (consumed) return Progress::kWait;
            PQconsumeInput(c->libpq);
            consumed = PQstatus(c->libpq) == CONNECTION_OK;
            continue;
        }
        const bool connected = PQstatus(c->libpq) == CONNECTION_OK;
        PGresult* result = PQgetResult(c->libpq);
        if (!connected && (result == nullptr || SqlStateOf(result) == 0)) {
            MarkLost(c, result ? PQresultErrorMessage(result) : PQerrorMessage(c->libpq));
            PQclear(result);
        } else if (result == nullptr) {
            const Entry* head = Head(c);
            if (head->kind != EntryKind::kSync && head->kind != EntryKind::kInnerSync) PopHead(c);
        } else {
            Progress progress = Progress::kWait;
            if (Take(c, result, &progress)) return progress;
        }
    }
    return Progress::kLost;
}

bool HasEntries(const Connection* c) {
    return c->first_entry < c->end_entry;
}

bool HasRunningStatement(const Connection* c) {
    for (int i = c->first_entry; i < c->end_entry; i++)
        if (c->entries[i].kind == EntryKind::kStatement) return true;
    return false;
}

bool IsBusy(const Connection* c) {
    for (int i = c->first_entry; i < c->end_entry; i++)
        if (!c->entries[i].orphan) return true;
    return c->copying;
}

void Orphan(Connection* c) {
    for (int i = c->first_entry; i < c->end_entry; i++) c->entries[i].orphan = true;
    c->reader = nullptr;
    c->resend.possible = false;
    ClearResults(c);
}

void ClearResults(Connection* c) {
    for (PGresult** result : {&c->row, &c->end, &c->failed}) {
        PQclear(*result);
        *result = nullptr;
    }
}

void MarkLost(Connection* c, const char* reason) {
    if (c->broken) return;
    c->broken = true;
    // What the server said last (FATAL: terminating connection …) tells more than the end of the
    // stream.
    if (c->lost_reason[0] == '\0' && reason) {
        strlcpy(c->lost_reason, reason, sizeof(c->lost_reason));
        pg_strip_crlf(c->lost_reason);
    }
    c->first_entry = c->end_entry = 0;
    c->reader = nullptr;
    c->copying = false;
    ClearResults(c);
    // The node must not go on working for nobody, and must not keep locks, until the transaction
    // ends here.
    DropLibpq(c);
}

}  // namespace pgspan::connection
