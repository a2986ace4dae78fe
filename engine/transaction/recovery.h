// Finishes prepared transactions that this node started and could not finish (a crash between the
// phases, a node that was away). For each prepared transaction of ours
// (pgspan_<group>_<full xid>_<n>) found on a node: left alone while its xid is in progress here;
// then COMMIT PREPARED if pgspan.commit_record has it, else ROLLBACK PREPARED. Records whose
// transaction is no longer prepared on their node are removed (only those seen before the node's
// list was fetched).
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::transaction {

// Returns how many transactions were finished. Nodes that cannot be reached are skipped with a
// WARNING; in the background with a LOG, and that only if a decision waits there. In the background
// nothing is done while somebody else is at it.
enum class RecoveryMode { kForeground, kBackground };
int RecoverPreparedTransactions(RecoveryMode mode = RecoveryMode::kForeground);

}  // namespace pgspan::transaction
