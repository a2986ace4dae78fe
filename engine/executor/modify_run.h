// Inside a modify scan: its one run, and the steps that its files share. Everything here lives in
// the statement's memory; what RETURNING keeps outlives the run, in the scan's state.
#pragma once

#include "engine/executor/modify_scan.h"
#include "engine/executor/row_set.h"
#include "engine/executor/row_triggers.h"

namespace pgspan::executor {

// What becomes of a row of the target that is there.
enum class Change {
    kUpdate,
    kDelete,
    kDepart,  // it is deleted because it moves to another shard
    kLeave    // it is deleted because it moves to another table
};
inline constexpr int kChangeKinds = 4;

struct ModifyRun {
    ModifyScanState* state;
    Tuplestorestate* rows;  // of the child
    TupleTableSlot* row;
    RowSet* met;
    ChangeBatch* changes[kChangeKinds];  // by Change
    Tuplestorestate* moved;              // child rows of what departs, which SendMoved reads on
    TupleTableSlot* moved_row;
    uint64 moved_count;
    uint64 moved_sent;
    uint64 held_back;  // rows that may not have been sent yet
    InsertBatch* inserts;
    Tuplestorestate* inserted;  // RETURNING of the INSERT
    Tuplestorestate* sources;   // the child's rows as they were sent beside it; nullptr if nothing
                                // names them
    RowTriggers* triggers;
    bool written_meanwhile;  // functions have written some table while the child was read
    uint64 change_count;     // rows that changes were given
    uint64 affected;
};

// What triggers, functions and plans below have done meanwhile is seen by what is sent after it, on
// this node too.
template <typename Body>
void WithCurrentSnapshot(const ModifyRun* run, Body&& body) {
    if (!run->triggers && !run->written_meanwhile &&
        run->state->plan.conflict != plan::ConflictPart::kDecides)
        return body();
    PushCopiedSnapshot(GetActiveSnapshot());
    UpdateActiveSnapshotCommandId();
    body();
    PopActiveSnapshot();
}

// A row is written that something else has changed meanwhile, so that it cannot be any more.
[[noreturn]] void RefuseChangedRow(CmdType command);

// ---- modify_rows.cc
// run->row, the child's: fires its BEFORE ROW triggers, adds it to what is written, and queues its
// AFTER ROW triggers.
void WriteRow(ModifyRun* run);

// ---- modify_batches.cc
void AddChanged(ModifyRun* run, Change change, int shard, TupleTableSlot* child);
void AddInserted(ModifyRun* run, const TupleTableSlot* child);
// How the queries of triggers get to see what was written so far.
trigger::PendingWrites Pending(ModifyRun* run);
// Sends the rest, and returns what RETURNING asks for.
void FinishWrites(ModifyRun* run);

// ---- modify_returning.cc
// Rows that stay in their table are returned.
bool ReturnsStaying(const plan::ModifyPlan& plan);
// The row has been changed: a ChangedRow (change_batch.h); the context is the ModifyScanState.
void ReturnChanged(void* state, TupleTableSlot* child, const Datum* values, const bool* nulls);
// The row has left its table: it is returned as what it was to become. The same.
void ReturnLeft(void* state, TupleTableSlot* child, const Datum* values, const bool* nulls);
// A plan below has inserted run->row.
void ReturnPassed(ModifyRun* run);
// RETURNING of what was inserted; rows that moved, and sources (in the order in which they were
// sent), have their own columns beside. children: nullptr: no such columns.
void ReturnInserted(ModifyRun* run, Tuplestorestate* children);

}  // namespace pgspan::executor
