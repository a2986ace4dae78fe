// Calls trigger functions inside PostgreSQL's own frame for them, so that pg_trigger_depth(),
// track_functions and the errors of the trigger protocol are what they are in its executor.
// Called by the rooms trigger and executor.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
}

namespace pgspan::pg {

// data: complete but for type. function: of data->tg_trigger; kept between calls, fn_oid
// InvalidOid at first; its memory is that of CurrentMemoryContext then. estate: in whose per-tuple
// memory the function runs and its result lies. Returns what the function returned.
HeapTuple CallTrigger(EState* estate, TriggerData* data, FmgrInfo* function);

// Makes user triggers silent in a query that has been started: the copies of a reference table are
// written by statements of their own, the triggers fire where the user's statement runs.
void SilenceUserTriggers(const QueryDesc* query);

// The text of a DELETE of rows that leave for another shard begins with this: no foreign key is to
// act on it.
inline constexpr const char* kDeparture = "/* departure */ ";
bool IsDeparture(const char* sql);
// Makes the triggers silent by which foreign keys to its target act, in such a statement that has
// been started.
void SilenceReferencedSide(const QueryDesc* query);

// Makes the triggers of the statement silent in commands of a started query that are only a part of
// what the statement is (pg/tree_part.h): the DELETE and INSERT of rows that UPDATE or MERGE moves.
// For transition tables these rows are the statement's.
void SilencePartsOfMoves(const QueryDesc* query);

// Reports each row that a part of a started query deletes because it moves (TreePart::departs), as
// it is returned. For foreign keys of the tree it is no deletion: their triggers are silent.
void ReportDepartures(const QueryDesc* query,
                      void (*report)(EState* statement, Oid named, TupleTableSlot* returned));

// Once all commands of the query are done: triggers AFTER STATEMENT of split writes are to fire
// after whatever fires for rows.
void RequeueAfterStatement(EState* statement);

}  // namespace pgspan::pg
