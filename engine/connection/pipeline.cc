// Sending groups of commands and matching what comes back with them.
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

bool Sent(Connection* c, int libpq_result, EntryKind kind, bool orphan,
          PreparedStatement* prepared = nullptr) {
    const bool first = !HasEntries(c);
    if (libpq_result != 1 || !Push(c, kind, orphan, prepared)) {
        MarkLost(c, PQerrorMessage(c->libpq));
        return false;
    }
    if (first) EnterHead(c);
    return true;
}

bool TrySendCommand(Connection* c, const char* sql, EntryKind kind, bool orphan = false,
                    PreparedStatement* prepared = nullptr) {
    return Sent(c, PQsendQueryParams(c->libpq, sql, 0, nullptr, nullptr, nullptr, nullptr, 0), kind,
                orphan, prepared);
}

bool TrySync(Connection* c, EntryKind kind, bool orphan = false) {
    return Sent(c, PQpipelineSync(c->libpq), kind, orphan);
}

void SendCommand(Connection* c, const char* sql, EntryKind kind,
                 PreparedStatement* prepared = nullptr) {
    if (!TrySendCommand(c, sql, kind, false, prepared)) RaiseLost(c);
}

void Sync(Connection* c, EntryKind kind) {
    if (!TrySync(c, kind)) RaiseLost(c);
}

bool SendDeallocations(Connection* c) {
    bool any = false;
    ForEachPrepared(&c->doomed, [&](PreparedStatement* prepared) {
        if (prepared->sent) return false;
        prepared->sent = true;
        SendCommand(c, psprintf("DEALLOCATE %s", prepared->name), EntryKind::kDeallocate, prepared);
        any = true;
        return false;
    });
    return any;
}

// Outside a transaction the statement would run even if this fails: the answer is awaited.
void TakeRoles(Connection* c, const Roles& roles) {
    c->roles = kUnknownRoles;  // whatever keeps the answer from being read
    SendCommand(c, TakeRolesCommand(c, roles), EntryKind::kSettings);
    Sync(c, EntryKind::kSync);
    AwaitEnd(c);
    if (c->failed) RaiseFailed(c);
    c->roles = roles;
}

void TakeRolesInTransaction(Connection* c, const Roles& roles) {
    SendCommand(c, TakeRolesCommand(c, roles), EntryKind::kSettings);
    c->roles = roles;
    c->settings_in_transaction = true;
}

// What must reach the node before the statement. Settings go before BEGIN, in a group of their own,
// so that they outlive a ROLLBACK, and so that what follows is the first command of its group
// (VACUUM insists).
void SendLeadIn(Connection* c) {
    c->sender = GetCurrentSubTransactionId();
    // Only superusers speak to nodes that are not known.
    const Roles roles = c->is_strange ? kRolesOfLogin : PresentRoles();
    const bool takes_roles = c->roles != roles;
    if (takes_roles && !c->state.begun) TakeRoles(c, roles);
    const char* settings = SettingsCommand(c);
    if (!c->state.begun) {
        if (SendDeallocations(c)) Sync(c, EntryKind::kInnerSync);
        if (settings) {
            SendCommand(c, settings, EntryKind::kSettings);
            Sync(c, EntryKind::kInnerSync);
        }
    }
    for (int i = 0; i < c->queued_count; i++) SendCommand(c, c->queued[i], EntryKind::kCommand);
    if (takes_roles && c->state.begun) TakeRolesInTransaction(c, roles);
    if (c->state.begun && settings) {
        SendCommand(c, settings, EntryKind::kSettings);
        c->settings_in_transaction = true;
    }
    ClearQueue(c);
    if (c->state.in_transaction) c->state.begun = true;
}

void SendStatement(Connection* c, const Statement& s) {
    PreparedStatement* prepared = s.prepare ? FindPrepared(c, s) : nullptr;
    if (s.prepare && !prepared) {
        prepared = AddPrepared(c, s);
        if (prepared) {
            prepared->sent = true;
            const int sent =
                PQsendPrepare(c->libpq, prepared->name, s.sql, s.parameter_count, s.types);
            if (!Sent(c, sent, EntryKind::kParse, false, prepared)) RaiseLost(c);
        }
    } else if (prepared && !prepared->ready) {
        prepared = nullptr;  // its Parse belongs to a group that was abandoned: its outcome is not
                             // known yet
    }
    const int format = s.binary_result ? 1 : 0;
    const int sent = prepared ? PQsendQueryPrepared(c->libpq, prepared->name, s.parameter_count,
                                                    s.values, s.lengths, s.formats, format)
                              : PQsendQueryParams(c->libpq, s.sql, s.parameter_count, s.types,
                                                  s.values, s.lengths, s.formats, format);
    if (!Sent(c, sent, EntryKind::kStatement, false, prepared)) RaiseLost(c);
    if (s.then) SendCommand(c, s.then, EntryKind::kCommand);
}

bool IsLostPlan(const PGresult* failed) {
    if (SqlStateOf(failed) == ERRCODE_UNDEFINED_PSTATEMENT) return true;
    const char* function = PQresultErrorField(failed, PG_DIAG_SOURCE_FUNCTION);
    return SqlStateOf(failed) == ERRCODE_FEATURE_NOT_SUPPORTED && function &&
           strcmp(function, "RevalidateCachedQuery") == 0;
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

// A prepared statement may have gone, or its result changed its type, because of DDL that this
// session did not see. As long as nothing else happened in the node's transaction it is run again,
// prepared anew.
bool Resent(Connection* c) {
    Resend& resend = c->resend;
    if (!resend.possible || !c->failed || !IsLostPlan(c->failed)) return false;
    resend.possible = false;
    ClearResults(c);
    if (resend.started_transaction) SendCommand(c, "ROLLBACK", EntryKind::kCommand);
    for (int i = 0; i < resend.command_count; i++)
        SendCommand(c, resend.commands[i], EntryKind::kCommand);
    SendStatement(c, resend.statement);
    Sync(c, EntryKind::kSync);
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

void ClearQueue(Connection* c) {
    for (int i = 0; i < c->queued_count; i++) pfree(c->queued[i]);
    c->queued_count = 0;
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

void MakeReady(Connection* c) {
    if (c->broken) RaiseLost(c);
    if (c->copying) elog(ERROR, "a COPY is under way on node %s", c->label);
    if (Reader* reader = c->reader) {
        if (reader->detach == nullptr)
            elog(ERROR, "connection to node %s is still being read", c->label);
        reader->detach(reader);
        if (c->reader == reader)
            elog(ERROR, "connection to node %s was not read to its end", c->label);
        if (c->broken) RaiseLost(c);
    }
    ClearResults(c);
    if (!HasEntries(c)) return;
    Orphan(c);
    if (HasRunningStatement(c) && !c->state.begun && !TryCancel(c, connect_timeout_s * 1000))
        RaiseLost(c);
}

void Queue(Connection* c, const char* sql) {
    if (c->queued_count == c->queued_capacity) {
        const int capacity = std::max(8, c->queued_capacity * 2);
        c->queued = static_cast<char**>(
            c->queued ? repalloc(c->queued, sizeof(char*) * capacity)
                      : MemoryContextAlloc(c->context, sizeof(char*) * capacity));
        c->queued_capacity = capacity;
    }
    c->queued[c->queued_count] = MemoryContextStrdup(c->context, sql);
    c->queued_count++;
}

void Send(Connection* c, const Statement& statement, Reader* reader) {
    if (statement.parameter_count > PQ_QUERY_PARAM_MAX_LIMIT)
        ereport(ERROR, errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
                errmsg("a statement for a node has %d parameters, more than %d",
                       statement.parameter_count, PQ_QUERY_PARAM_MAX_LIMIT));
    MakeReady(c);
    c->resend.possible = false;
    if (statement.prepare) ForgetOutdatedStatements(c);
    if (statement.prepare && !c->state.begun) {
        const PreparedStatement* known = FindPrepared(c, statement);
        if (known && known->ready) KeepForResend(c, statement, c->state.in_transaction);
    }
    SendLeadIn(c);
    c->just_sent = !HasEntries(c);
    SendStatement(c, statement);
    Sync(c, EntryKind::kSync);
    c->reader = reader;
}

void SendCommands(Connection* c, const char* const* commands, int count) {
    MakeReady(c);
    c->resend.possible = false;
    SendLeadIn(c);
    for (int i = 0; i < count; i++)
        SendCommand(c, commands[i], i == count - 1 ? EntryKind::kStatement : EntryKind::kCommand);
    Sync(c, EntryKind::kSync);
}

bool SendBare(Connection* c, const char* sql, bool orphan) {
    if (c->broken) return false;
    for (int i = 0; i < c->queued_count; i++)
        if (!TrySendCommand(c, c->queued[i], EntryKind::kCommand, orphan)) return false;
    ClearQueue(c);
    return TrySendCommand(c, sql, orphan ? EntryKind::kCommand : EntryKind::kStatement, orphan) &&
           TrySync(c, EntryKind::kSync, orphan);
}

void FlushQueue(Connection* c) {
    MakeReady(c);
    SendLeadIn(c);
    Sync(c, EntryKind::kSync);
    AwaitEnd(c);
    if (c->failed) RaiseFailed(c);
}

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
