// Fires the triggers of distributed and reference tables, once, on the coordinator, in PostgreSQL's
// order: BEFORE STATEMENT, then for each row BEFORE ROW, and at the end of the statement (when
// RETURNING is done and all other tables of the statement are written) AFTER ROW for each row and
// AFTER STATEMENT. The nodes write what is left of each row and fire nothing.
//
// BEFORE ROW functions may query the table, and PostgreSQL shows them the rows that the statement
// has written before. Rows are sent in batches; so any query that begins inside such a function
// first has the pending ones sent (PendingWrites). Where rows lie on this node too, they are sent
// before each call: a query's snapshot is older than its beginning; and where the function has an
// EXCEPTION block, for what is sent inside a subtransaction may be rolled back with it.
//
// One Firing a statement (EState) and table; it lives as long as the statement.
// Called by: executor. The hooks are PostgreSQL's ExecutorStart and ExecutorFinish.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/pg/transition_rows.h"

namespace pgspan::trigger {

struct Firing;

// Rows of this statement that are not sent yet.
struct PendingWrites {
    // queried: a query begins that would have to see them; else it may come later, too.
    void (*send)(void* context, bool queried);
    void* context;
    uint64 count;
};

// The table must be locked. The same object for every part of the statement that writes the table,
// and for all that foreign keys delete or change there because of it.
Firing* FiringOf(EState* statement, Oid relation);

// updated: the columns that UPDATE assigns, offset by FirstLowInvalidHeapAttributeNumber; nullptr
// for other commands. Does nothing if another part of the statement has done it.
void FireBeforeStatement(Firing* firing, CmdType command, const Bitmapset* updated);

// The same for a write that is a part of one of the table `named` of the tree: no triggers of the
// statement fire for this table. Its AFTER ROW triggers fire before those of the statement, which
// PostgreSQL fires for the table named.
void BeginPart(Firing* firing, const Bitmapset* updated);
// For the transition tables of the named table's triggers; nullptr: they have none for the command.
pg::TransitionRows* TransitionRowsOf(Firing* firing, Oid named, CmdType command);
// False: the row is none that the table, as a partition, may hold.
bool Belongs(Firing* firing, TupleTableSlot* row);

// Before the first use of a row: frees what the triggers made of the one before.
void BeginRow(Firing* firing);
// False: the row is to be left alone. old_row (nullptr for INSERT) and new_row (nullptr for DELETE)
// are virtual slots of the table's row type; new_row is changed, its values live until BeginRow.
bool FireBeforeRow(Firing* firing, CmdType command, TupleTableSlot* old_row,
                   TupleTableSlot* new_row, PendingWrites pending);
// Computes the generated columns of the new row.
void ComputeGeneratedColumns(Firing* firing, CmdType command, TupleTableSlot* new_row);
// By what a row is written: the statement, or a part of it that BeginPart began; there, a row that
// is deleted may be one that moves to another table of the tree. kRouted: by PostgreSQL, into the
// shell; the user's triggers are its own then, but not those of foreign keys.
enum class Writer { kStatement, kPart, kMove, kRouted };
// The row has been written, or will be before the statement ends; copied.
void QueueAfterRow(Firing* firing, CmdType command, TupleTableSlot* old_row,
                   TupleTableSlot* new_row, Writer writer = Writer::kStatement);
// The row moves from the table to another one below the table named. To the foreign keys that
// reference this one it is updated. Rows as the table has them.
void QueueAfterMove(const Firing* source, Oid named, TupleTableSlot* old_row,
                    TupleTableSlot* new_row);
void QueueAfterStatement(Firing* firing, CmdType command);

// Fires what is queued for the statement. PostgreSQL's executor does it by a hook; COPY by hand.
void FireAfter(EState* statement);

// Sends the rows that the code which called the running trigger function holds back.
void SendPendingWrites();

// Takes the rows that PostgreSQL has put into a shell, once all rows of the statement are written
// and before triggers AFTER fire.
using TakeRoutedRows = void (*)(EState* statement, Relation shell);

// Installs the hooks; called once from _PG_init, after the room transaction's.
void Initialize(TakeRoutedRows take);

}  // namespace pgspan::trigger
