// Finishes prepared transactions that this node started and could not finish (a crash between the
// phases, a node that was away). Each prepared part of ours (gid.h) that is found on a node is left
// alone while its xid is in progress here; then COMMIT PREPARED if its decider says so (this node's
// pgspan.commit_record, or another one's pgspan.decision), else ROLLBACK PREPARED; left alone, too,
// if the decider cannot be reached. Records and decisions whose part is no longer prepared are
// removed (only those seen before the list of what is prepared was fetched).
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::transaction {

// Returns how many transactions were finished. Nodes that cannot be reached are skipped with a
// WARNING; in the background with a LOG, and that only if a decision waits there. In the background
// nothing is done while somebody else is at it.
enum class RecoveryMode { kForeground, kBackground };
int RecoverPreparedTransactions(RecoveryMode mode = RecoveryMode::kForeground);

}  // namespace pgspan::transaction
