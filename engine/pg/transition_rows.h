// Rows for the transition tables (REFERENCING OLD TABLE, NEW TABLE) of PostgreSQL's own triggers,
// which a statement has changed where its executor does not see it: put into these tables by
// PostgreSQL's functions for rows of partitions and heirs. Called by trigger and executor.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "commands/trigger.h"
}

namespace pgspan::pg {

struct TransitionRows;

// True if a trigger of the relation asks for such rows of the command (CMD_MERGE: any).
bool AsksForRows(const TriggerDesc* triggers, CmdType command);

// While the statement runs whose triggers they are. named: the table that it names, open; part: the
// one whose rows come, open. command: the statement's. In the current memory context; estate keeps
// what it needs and must live as long. nullptr: no trigger asks for rows.
TransitionRows* MakeTransitionRows(EState* estate, Relation named, Relation part, CmdType command);
// The rows are of the part's type; nullptr for the one that the event does not have. A row that
// moves within the tree is an UPDATE without one of them.
void AddTransitionRow(TransitionRows* rows, CmdType event, TupleTableSlot* old_row,
                      TupleTableSlot* new_row);

}  // namespace pgspan::pg
