// A statement that is a whole transaction and writes on one other node only: it is sent without
// BEGIN and commits there as it ends, in one round trip instead of two.
//
// Precondition of everything here: nothing has been written in this transaction, neither here nor
// elsewhere, and nothing that can fail is left to be done once the node has answered. Hence only
// statements that return no rows.
#pragma once

#include "engine/connection/connection.h"

namespace pgspan::transaction {

// True if `statement`, whose only task runs on another node, may be sent that way. To be asked once
// all of its parameters have been computed: computing them may have written something.
[[nodiscard]] bool MayCommitAtOnce(const PlannedStmt* statement);

// Runs it and returns the rows affected. A cancel is passed on to the node; whatever the node then
// says is what has happened. From success to the end of the local transaction no interrupt is
// taken, for it could no longer undo anything. Raises the node's error, or 08007 if the connection
// is lost while the outcome is not known.
uint64 RunAndCommit(connection::Connection* connection, const connection::Statement& statement);

// For the transaction callbacks: the local transaction has ended.
void EndWholeTransaction(bool committed);

}  // namespace pgspan::transaction
