// A Firing as its parts (firing.cc, is_to_fire.cc, before_row.cc, after_row.cc) see it. Private to
// this room.
#pragma once

#include "engine/pg/call_trigger.h"
#include "engine/trigger/firing.h"

extern "C" {
#include "utils/tuplestore.h"
}

namespace pgspan::trigger {

struct Course;
struct Cycle;
struct Playback;
struct TableCommand;
struct Turn;

// A row that was written; its old and new state follow each other in the store of rows.
struct RowEvent {
    CmdType command;
    uint64 fires;             // bit i: trigger i is to be fired
    TableCommand* statement;  // whose transition tables they see
    uint64 found;             // bit i: what trigger i looks for is there (reference_batch.h)
};

inline constexpr int kTriggersMax = 64;  // bits of RowEvent::fires

// What a trigger of PostgreSQL's own, of a foreign key, is to the coordinator (matching.h).
struct KeyTrigger {
    bool is_kept;
    bool carries_out_moves;
};

// Made anew for what is queued while the triggers of an older one fire.
struct Firing {
    Firing* next;  // in the order in which they were made
    Course* course;
    EState* estate;  // own: memory a row, conditions, generated columns
    Relation relation;
    ResultRelInfo* target;  // for PostgreSQL's functions; its triggers are never fired
    TriggerDesc* triggers;  // a copy; never nullptr
    FmgrInfo* functions;
    KeyTrigger* keys;  // by trigger
    ExprState** conditions;
    Bitmapset* updated;
    bool has_rows_here;
    uint64 writes_before;  // statements that this session had begun, which write
    bool is_part;  // rows of it were written for a statement that names another table of its tree
    bool is_of_moves;      // the table named of such parts: its events are rows that have moved
    bool is_named;         // by a statement, or a foreign key's
    List* named;           // Relations of the tables that are named in its place, open
    bool* catches_errors;  // by trigger: its function has an EXCEPTION block
    TableCommand* commands[CMD_NOTHING];  // by CmdType
    Playback* playback;
    Tuplestorestate* rows;
    RowEvent* events;
    int64 event_count;
    int64 event_capacity;
};

// True if the trigger is of that kind, is enabled in this session, its columns are among those that
// the statement updates, and its condition holds. level: TRIGGER_TYPE_ROW or _STATEMENT; timing:
// TRIGGER_TYPE_BEFORE or _AFTER. Rows may be nullptr.
bool IsToFire(Firing* firing, int index, int16 level, int16 timing, CmdType command,
              TupleTableSlot* old_row, TupleTableSlot* new_row);
// The same for a foreign key's trigger on the table named, for a row that has moved below it.
bool IsToFireForMove(Firing* firing, int index, TupleTableSlot* old_row, TupleTableSlot* new_row);
// How many statements that write this session has begun.
uint64 WritesBegun();
// True if other statements that write were begun after this one.
bool MayHaveChanged(const Firing* firing);
// Everything of a call but the rows.
TriggerData CallOf(const Firing* firing, int index, CmdType command, TriggerEvent when);
HeapTuple Call(Firing* firing, int index, TriggerData* data);
// In the memory of one row.
HeapTuple TupleOf(const Firing* firing, TupleTableSlot* row);

// Puts the row and its event into the queue. Rows that the command does not have may be nullptr.
void QueueEvent(Firing* firing, RowEvent event, TupleTableSlot* old_row, TupleTableSlot* new_row);

// Sends what the code that called the running BEFORE ROW function holds back; queried: as
// PendingWrites has it.
void SendHeldBack(bool queried);

// Fires what has been taken from the course, in turn, and ends the firings.
void FireCycle(const Cycle& cycle);

}  // namespace pgspan::trigger
