// Reads that have begun and may not have asked the nodes yet: parts of statements that also write,
// of cursors, and of queries that call functions. All parts of a statement see the database as it
// was when the statement began, and a node answers under the snapshot of the question's arrival, so
// whatever can be asked for is asked for before this transaction's next write. (Rows that have not
// been fetched when the connection is needed for something else are taken over by the stream.)
//
// What depends on values that are not known by then (correlated sub-queries), is asked for again
// (recursive queries), or takes along rows that a running statement computes, is asked for later,
// and raises an error if the table has been written since. So does what STABLE functions read of
// tables that the statement around them has written.
//
// What functions and triggers write while a statement writes, each node shows to whatever reaches
// it later. So these writes are noted: rows of the statement that they have changed cannot be
// written any more.
#pragma once

#include "engine/executor/remote_scan.h"
#include "engine/plan/insert_plan.h"

namespace pgspan::executor {

// A scan that may run; forgotten with the statement's memory, or by ForgetRead.
void RegisterRead(RemoteScanState* scan);
void ForgetRead(RemoteScanState* scan);
// Starts every read of the statement that has not started, and remembers that it writes. Called by
// each modify scan before it writes.
void StartReads(EState* estate);
// Starts every read of the session that has not started, those aside that lock rows. Called before
// each write, and when a cursor has been declared, whose snapshot is that of its declaration.
void StartOpenReads();
// Raises 0A000 if a scan is about to read what the statement itself has changed (it depends on
// values that were not known before).
void CheckReadInTime(const RemoteScanState* scan);

// From now on the statement is told of what others write inside it (WrittenMeanwhile).
void WatchWrites(EState* estate);
// This command writes the table, or those that the statement is to write.
void NoteWritten(Oid relation);
void NoteWritten(const EState* estate);
// The statement has changed rows of the tables that it writes.
void NoteWrite(const EState* estate);
// True if a statement inside this one has written the table; InvalidOid: any table.
[[nodiscard]] bool WrittenMeanwhile(const EState* estate, Oid relation);
// Raises 0A000 if a scan is about to read a table that has been written since its snapshot was
// taken.
void CheckNotWritten(const RemoteScanState* scan);
// Raises 0A000 for ON CONFLICT DO UPDATE, which would update what PostgreSQL refuses to (21000).
void CheckNotWritten(const plan::InsertPlan& plan, const EState* estate);
[[noreturn]] void RefuseWrittenMeanwhile(Oid relation);

}  // namespace pgspan::executor
