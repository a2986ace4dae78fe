// Inside the room transaction: what happens to the remote parts when the local transaction ends.
// Called by the transaction callbacks of remote_transaction.cc.
#pragma once

#include "engine/connection/connection.h"

namespace pgspan::transaction {

// pgspan.commit_timeout, in seconds: for a node to say whether it can commit.
extern int commit_timeout_s;
// pgspan.transaction_end_timeout, in milliseconds: for a node to do what has been decided.
extern int transaction_end_timeout_ms;

// PREPARE TRANSACTION for a connection that writes, under a name of its own. From now on the part
// is taken to be prepared: the end of the transaction finishes it under that name. All parts of a
// transaction have the same decider: the local group, or that of one more writer.
const char* PrepareCommand(connection::Connection* writer, int32 deciding_group);
// Before the local commit: commits the only writer; or prepares all but one, and lets that one
// commit with the decision; or, when something has been written here, prepares all of them and
// records the decision as a part of the local transaction. Raises.
void PrepareCommit();
// Before the user's PREPARE TRANSACTION: prepares all parts, and records as a part of the local
// transaction that they commit with it. Raises.
void PrepareForUser();
// After the local prepare: the parts wait for the user. Nothing below raises.
void FinishPrepare();
// After the local commit.
void FinishCommit();
void FinishAbort();
// Of a transaction that the user has prepared, on another node.
struct Part {
    connection::Connection* connection;  // ready, outside a transaction there
    const char* gid;
};
// COMMIT or ROLLBACK PREPARED of all of them at once; a WARNING for each that fails.
void FinishParts(std::span<const Part> parts, bool commits);

}  // namespace pgspan::transaction
