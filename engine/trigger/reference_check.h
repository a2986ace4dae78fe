// PostgreSQL's check that a row references one that is there, for rows that lie on other nodes. Its
// function looks first whether that version of the row is still alive, which only a tuple in this
// node's storage could tell: here a row counts as alive while some row of the table has the same
// key, since all of them have to pass the same check. Private to this room.
#pragma once

#include "engine/trigger/firing_state.h"

namespace pgspan::trigger {

// Whether PostgreSQL's executor would queue the check for an UPDATE of the row: the key changes. A
// row that keeps its key has passed the check, or is to pass it under the key it was written with.
bool NeedsCheck(Firing* firing, int index, TupleTableSlot* old_row, TupleTableSlot* new_row);

// Calls the trigger's function. data: complete. may_be_gone: something was written since the row
// was, so that it may have another key, or be deleted.
void CheckReference(Firing* firing, int index, TriggerData* data, bool may_be_gone);

}  // namespace pgspan::trigger
