#include "engine/transaction/recovery.h"

#include "engine/connection/connection.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/pg/subtransaction.h"
#include "engine/transaction/commit_record.h"
#include "engine/transaction/decision.h"
#include "engine/transaction/gid.h"
#include "engine/transaction/transaction_end.h"

extern "C" {
#include "access/transam.h"
#include "storage/procarray.h"
}

namespace pgspan::transaction {

namespace {

using connection::Connection;

// Another node, and what is known of it.
struct Peer {
    metadata::Node node;     // a copy
    Connection* connection;  // nullptr if the node cannot be reached
    List* records;           // of what is prepared there
    List* decisions;         // that it has taken for transactions of this node: gids
    List* finished;          // those of them whose part is not prepared any more
};

// An xid that this server has not reached belongs to a past that was lost with a failed server:
// over, too.
bool IsInProgress(uint64 full_xid) {
    const uint64 next = U64FromFullTransactionId(ReadNextFullTransactionId());
    if (full_xid >= next || next - full_xid > PG_INT32_MAX) return false;
    return TransactionIdIsInProgress(static_cast<TransactionId>(full_xid));
}

bool Contains(const List* gids, const char* gid) {
    for (char** row : pg::Each<char*>(gids))
        if (strcmp(row[0], gid) == 0) return true;
    return false;
}

void ReportFailure(const Peer& peer, const ErrorData& error, bool background) {
    const int level = !background ? WARNING : peer.records == NIL ? DEBUG1 : LOG;
    ereport(level, errcode(error.sqlerrcode),
            errmsg("could not look for prepared transactions on node %s:%d", peer.node.host,
                   peer.node.port),
            errdetail_internal("%s%s%s", error.message, error.detail ? ": " : "",
                               error.detail ? error.detail : ""));
}

enum class Decision { kCommit, kRollBack, kOpen };

// owner may be null: the role has been dropped since.
Decision AskOther(std::span<Peer> peers, int32 group, const char* gid, const char* owner) {
    if (owner == nullptr) {
        ereport(
            WARNING, errcode(ERRCODE_UNDEFINED_OBJECT),
            errmsg("prepared transaction \"%s\" belongs to a role that does not exist any more",
                   gid),
            errhint("Finish it by hand, as pgspan.decision on the node of group %d says.", group));
        return Decision::kOpen;
    }
    for (const Peer& peer : peers) {
        if (peer.node.group_id != group || peer.connection == nullptr) continue;
        bool commits = false;
        ErrorData* error = pg::Attempt([&] {
            if (connection::IsBroken(peer.connection)) connection::RaiseLost(peer.connection);
            commits = AskDecider(peer.connection, gid, owner);
        });
        if (error == nullptr) return commits ? Decision::kCommit : Decision::kRollBack;
        ereport(WARNING, errcode(error->sqlerrcode),
                errmsg("node %s:%d does not say what becomes of prepared transaction \"%s\"",
                       peer.node.host, peer.node.port, gid),
                errdetail_internal("%s", error->message));
        return Decision::kOpen;
    }
    ereport(WARNING, errcode(ERRCODE_CONNECTION_FAILURE),
            errmsg("prepared transaction \"%s\" waits for the decision of the node of group %d",
                   gid, group),
            errhint("It is finished once that node can be reached. Whether it was committed there "
                    "is not known before."));
    return Decision::kOpen;
}

Decision Decide(std::span<Peer> peers, const char* text, const char* owner) {
    Gid gid = {};
    if (!ParseGid(text, &gid) || gid.origin != metadata::LocalGroup()) return Decision::kOpen;
    // In this order: a transaction that has ended has left its record where it is seen.
    if (IsInProgress(gid.xid)) return Decision::kOpen;
    if (gid.decider != metadata::LocalGroup()) return AskOther(peers, gid.decider, text, owner);
    return CommitRecordExists(gid.holder, text) ? Decision::kCommit : Decision::kRollBack;
}

bool FinishOne(std::span<Peer> peers, Connection* c, const char* gid, const char* owner) {
    const Decision decision = Decide(peers, gid, owner);
    if (decision == Decision::kOpen) return false;
    const bool commit = decision == Decision::kCommit;
    const char* command = commit ? "COMMIT PREPARED" : "ROLLBACK PREPARED";
    connection::Attempt attempt = {};
    attempt.connection = c;
    attempt.sql = psprintf("%s %s", command, quote_literal_cstr(gid));
    connection::TryExecuteAll({&attempt, 1}, transaction_end_timeout_ms);
    if (attempt.succeeded) {
        ereport(LOG,
                errmsg("%s prepared transaction \"%s\" on node %s",
                       commit ? "committed" : "rolled back", gid, connection::DescribeNode(c)));
        return true;
    }
    // Otherwise its own session has finished it, or is about to.
    if (attempt.sqlstate != ERRCODE_UNDEFINED_OBJECT && attempt.sqlstate != ERRCODE_OBJECT_IN_USE)
        ereport(WARNING, errcode(attempt.sqlstate ? attempt.sqlstate : ERRCODE_CONNECTION_FAILURE),
                errmsg("could not finish prepared transaction \"%s\" on node %s", gid,
                       connection::DescribeNode(c)),
                errdetail_internal("%s", attempt.error));
    return false;
}

// The decisions over parts of this node that are not prepared there any more.
void NoteFinished(std::span<Peer> peers, int32 holder, const List* prepared) {
    for (Peer& peer : peers) {
        for (char* text : pg::Each<char>(peer.decisions)) {
            Gid gid = {};
            if (ParseGid(text, &gid) && gid.holder == holder && !Contains(prepared, text))
                peer.finished = lappend(peer.finished, text);
        }
    }
}

int FinishOn(std::span<Peer> peers, const Peer& peer) {
    Connection* c = peer.connection;
    const List* rows = connection::Query(
        c, psprintf("SELECT gid, owner FROM pg_catalog.pg_prepared_xacts WHERE database = "
                    "pg_catalog.current_database() AND gid LIKE 'pgspan\\_%d\\_%%'",
                    metadata::LocalGroup()));
    int finished = 0;
    for (char** row : pg::Each<char*>(rows)) {
        if (connection::IsBroken(c)) connection::RaiseLost(c);
        if (FinishOne(peers, c, row[0], row[1])) finished++;
    }
    for (const CommitRecord* record : pg::Each<CommitRecord>(peer.records))
        if (!Contains(rows, record->gid)) DeleteCommitRecord(record);
    NoteFinished(peers, peer.node.group_id, rows);
    return finished;
}

std::span<Peer> ListPeers() {
    const std::span<const metadata::Node> nodes = metadata::AllNodes();
    auto* peers = static_cast<Peer*>(palloc0(sizeof(Peer) * (nodes.size() + 1)));
    size_t count = 0;
    for (const metadata::Node& node : nodes)
        if (!node.is_local && node.is_primary && node.group_id != metadata::LocalGroup())
            peers[count++].node = node;
    for (Peer& peer : std::span(peers, count)) peer.node.host = pstrdup(peer.node.host);
    return {peers, count};
}

// What is recorded is read before what is prepared is listed: only then does a part that is not
// listed need its record no more.
void Open(Peer* peer) {
    peer->records = ReadCommitRecords(peer->node.group_id);
    peer->connection = connection::OpenOutside(peer->node.host, peer->node.port, nullptr);
    peer->decisions = ReadDecisions(peer->connection);
}

// body(peer) for each peer that can be reached; what fails on one does not keep the others.
template <typename Body>
void ForEachReached(std::span<Peer> peers, bool background, Body&& body) {
    for (Peer& peer : peers) {
        if (peer.connection == nullptr || connection::IsBroken(peer.connection)) continue;
        ErrorData* error = pg::Attempt([&] { body(&peer); });
        if (error == nullptr) continue;
        ReportFailure(peer, *error, background);
    }
}

}  // namespace

int RecoverPreparedTransactions(RecoveryMode mode) {
    const bool background = mode == RecoveryMode::kBackground;
    if (!LockCommitRecords(!background)) return 0;
    const std::span<Peer> peers = ListPeers();
    for (Peer& peer : peers) {
        ErrorData* error = pg::Attempt([&] { Open(&peer); });
        if (error == nullptr) continue;
        peer.connection = nullptr;
        ReportFailure(peer, *error, background);
    }
    int finished = 0;
    ForEachReached(peers, background, [&](Peer* peer) { finished += FinishOn(peers, *peer); });
    ForEachReached(peers, background,
                   [](Peer* peer) { ForgetDecisions(peer->connection, peer->finished); });
    for (const Peer& peer : peers)
        if (peer.connection) connection::Close(peer.connection);
    return finished;
}

}  // namespace pgspan::transaction

PGSPAN_FUNCTION(pgspan_recover_prepared_transactions) {
    if (!superuser())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("must be superuser to finish prepared transactions"));
    PG_RETURN_INT32(pgspan::transaction::RecoverPreparedTransactions());
}
