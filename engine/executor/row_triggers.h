// The triggers of a modify scan's target: the old and new row of the target out of the child's row,
// and what BEFORE ROW triggers made of it back into the child's row. See plan::TriggerPlan.
// Called by the modify scan (modify_run.h) alone.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"
#include "engine/plan/modify_plan.h"
#include "engine/trigger/firing.h"

namespace pgspan::executor {

struct RowTriggers;

// nullptr where no triggers fire. In the current memory context, which must be the statement's.
RowTriggers* MakeRowTriggers(EState* estate, const plan::ModifyPlan& plan, TupleDesc child);

// Once all reads of the statement have started, and once all of its writes are done.
void FireBeforeStatements(RowTriggers* triggers);
void QueueAfterStatements(RowTriggers* triggers);

// The child's row as it is to be written; nullptr: not at all. Valid until the next call.
TupleTableSlot* FireBeforeRow(RowTriggers* triggers, CmdType command, TupleTableSlot* child,
                              trigger::PendingWrites pending);
// For the row of the last FireBeforeRow.
void QueueAfterRow(RowTriggers* triggers, CmdType command);

// For a row that a plan below has inserted: the target's row is that of the old columns.
void QueueAfterInserted(RowTriggers* triggers, TupleTableSlot* child);

// The row of the last FireBeforeRow, an UPDATE's, has to leave its table for another one of the
// tree (TriggerPlan::may_leave).
bool Leaves(RowTriggers* triggers);
// For such a row: as it is deleted. False: a trigger keeps it where and as it is.
bool FireBeforeLeaving(RowTriggers* triggers, trigger::PendingWrites pending);
void QueueAfterLeaving(RowTriggers* triggers);

// Raises 0A000 if rows of the table must not move to another shard.
void CheckMayMove(const RowTriggers* triggers);

}  // namespace pgspan::executor
