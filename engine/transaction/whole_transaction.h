// A statement that is a whole transaction. If it writes on one other node only, it is sent without
// BEGIN and commits there as it ends, in one round trip instead of two; if it writes on several, it
// travels together with the PREPARE TRANSACTION of each, which saves a round trip, too.
//
// Precondition of everything here: nothing has been written in this transaction, neither here nor
// elsewhere. Committing at once also needs that nothing that can fail is left to be done once the
// node has answered. Hence only statements that return no rows.
#pragma once

#include "engine/connection/connection.h"

namespace pgspan::transaction {

// True if `statement` is all that its transaction does. To be asked once all of its parameters have
// been computed: computing them may have written something.
[[nodiscard]] bool IsWholeTransaction(const PlannedStmt* statement);

// What a node that takes part, but does not decide, is to do as soon as the statement has ended
// there. Nothing may be sent to it in this transaction any more.
[[nodiscard]] const char* CommandAtItsEnd(connection::Connection* writer, int32 deciding_group);

// Runs it and returns the rows affected. A cancel is passed on to the node; whatever the node then
// says is what has happened. From success to the end of the local transaction no interrupt is
// taken, for it could no longer undo anything. Raises the node's error, or 08007 if the connection
// is lost while the outcome is not known.
uint64 RunAndCommit(connection::Connection* connection, const connection::Statement& statement);

// For the transaction callbacks: the local transaction has ended.
void EndWholeTransaction(bool committed);

}  // namespace pgspan::transaction
