// Constraint triggers of distributed tables, and foreign keys whose check on their rows waits for
// COMMIT (DEFERRABLE), as PostgreSQL's queue of deferred triggers does for rows that lie here: the
// rows are kept until the transaction, or SET CONSTRAINTS IMMEDIATE, has them checked; what
// happened in a subtransaction that is rolled back is forgotten.
//
// Called by after_row.cc, and ddl for SET CONSTRAINTS.
#pragma once

#include "engine/trigger/firing_state.h"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pgspan::trigger {

// True if the trigger is to wait, by its definition and by SET CONSTRAINTS.
bool IsDeferred(const Trigger& trigger);
// Keeps a call for later. Rows that the command does not have are nullptr; copied.
void Defer(const Firing* firing, int index, CmdType command, HeapTuple old_tuple,
           HeapTuple new_tuple);

// Once PostgreSQL has carried the statement out: holds for this queue, too.
void SetConstraints(const ConstraintsSetStmt* statement);

// Registers the callbacks by which the queue is emptied before COMMIT: after those of the room
// transaction, since the callbacks that are registered last run first.
void InitializeDeferred();

}  // namespace pgspan::trigger
