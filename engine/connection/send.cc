// Sending groups of commands, with what must reach the node before them.
#include "engine/connection/connection_state.h"

namespace pgspan::connection {

namespace {

bool TrySendCommand(Connection* c, const char* sql, EntryKind kind, bool orphan = false,
                    PreparedStatement* prepared = nullptr) {
    return Sent(c, PQsendQueryParams(c->libpq, sql, 0, nullptr, nullptr, nullptr, nullptr, 0), kind,
                orphan, prepared);
}

bool TrySync(Connection* c, EntryKind kind, bool orphan = false) {
    return Sent(c, PQpipelineSync(c->libpq), kind, orphan);
}

bool TrySendQueue(Connection* c, bool orphan) {
    if (c->broken) return false;
    for (int i = 0; i < c->queued_count; i++)
        if (!TrySendCommand(c, c->queued[i], EntryKind::kCommand, orphan)) return false;
    ClearQueue(c);
    return true;
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

void ClearQueue(Connection* c) {
    for (int i = 0; i < c->queued_count; i++) pfree(c->queued[i]);
    c->queued_count = 0;
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
    return TrySendQueue(c, orphan) &&
           TrySendCommand(c, sql, orphan ? EntryKind::kCommand : EntryKind::kStatement, orphan) &&
           TrySync(c, EntryKind::kSync, orphan);
}

void SendQueueUnawaited(Connection* c) {
    if (c->broken || c->copying || c->reader || !c->state.begun || c->queued_count == 0) return;
    Orphan(c);
    if (TrySendQueue(c, true)) TrySync(c, EntryKind::kSync, true);
}

void FlushQueue(Connection* c) {
    MakeReady(c);
    SendLeadIn(c);
    Sync(c, EntryKind::kSync);
    AwaitEnd(c);
    if (c->failed) RaiseFailed(c);
}

}  // namespace pgspan::connection
