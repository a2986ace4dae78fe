// Looks ahead for what rows reference, many rows by one query, where PostgreSQL's check of a single
// row would be a query to a node: rows that are to be checked next are put into a window, and a
// query for each foreign key locks the rows that they reference, as PostgreSQL's check does. What
// it does not find is left to that check, which raises the error, and so is everything once
// something has been written since. Called by after_row.cc and deferred.cc.
#pragma once

#include "engine/trigger/firing_state.h"

namespace pgspan::trigger {

// Positions are those of the caller's queue, whose items are fired in this order.
struct LookAhead {
    int64 end;      // of the window
    int64 size;     // of the window
    uint64 writes;  // statements that wrote, when it was filled
    MemoryContext memory;
    List* batches;
};

// True if PostgreSQL's check by that trigger is a query to a node, and can be made for many rows.
bool CanLookAhead(const Firing* firing, int index);

// In the current memory context, with which it goes.
LookAhead* BeginLookAhead();

// True if what was found cannot be relied on at this position: it is time to fill a window anew.
bool NeedsWindow(const LookAhead* ahead, int64 position);
// Begins one. It is smaller where what fires writes, so that little is looked for in vain.
void BeginWindow(LookAhead* ahead, int64 position);
// False: it is full.
bool HasSpace(const LookAhead* ahead, int64 position);
// The row will be checked by that trigger, which can look ahead or not. Bit `index` of *found will
// be set if what it references is there; *found must live as long as the window.
void AddReference(LookAhead* ahead, Firing* firing, int index, TupleTableSlot* row, uint64* found);
// Ends the window before this position and runs the queries.
void FindReferences(LookAhead* ahead, int64 position);

// Whether bit `index` has been set and holds still.
bool IsFound(const LookAhead* ahead, int index, uint64 found);

}  // namespace pgspan::trigger
