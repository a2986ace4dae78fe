// Inside the room transaction: what happens to the remote parts when the local transaction ends.
// Called by the transaction callbacks of remote_transaction.cc.
#pragma once

#include "engine/connection/connection.h"

namespace pgspan::transaction {

// pgspan.commit_timeout, in seconds: for a node to say whether it can commit.
extern int commit_timeout_s;
// pgspan.transaction_end_timeout, in milliseconds: for a node to do what has been decided.
extern int transaction_end_timeout_ms;

// Before the local commit: commits the only writer, or prepares all of them and records the
// decision. Raises.
void PrepareCommit();
// PREPARE TRANSACTION here. Raises 0A000 if other nodes were written.
void CheckPrepare();
// After the local commit (or prepare). Nothing below raises.
void FinishCommit();
void FinishAbort();

}  // namespace pgspan::transaction
