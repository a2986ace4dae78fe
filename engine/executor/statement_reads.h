// Reads that have begun and may not have asked the nodes yet: parts of statements that also write,
// of cursors, and of queries that call functions. All parts of a statement see the database as it
// was when the statement began, and a node answers under the snapshot of the question's arrival, so
// whatever can be asked for is asked for before this transaction writes the table. (Rows that have
// not been fetched when the connection is needed for something else are taken over by the stream.)
//
// What depends on values that are not known by then (sub-queries), is asked for again (recursive
// queries), or takes along rows that a running statement computes, is asked for later: in the
// statement that writes it raises an error, elsewhere it sees the write.
//
// What functions and triggers write while a statement writes, each node shows to whatever reaches
// it later. So these writes are noted: rows of the statement that they have changed cannot be
// written any more, and what they have changed is not read any more.
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
// Starts those of the session's reads that have not started, and lock no rows, of what this write
// is to change.
void StartOpenReads(Oid target);
void StartOpenReads(const EState* writer);
// Raises 0A000 if a scan is about to read what the statement itself has changed (it depends on
// values that were not known before).
void CheckReadInTime(const RemoteScanState* scan);

// From now on the statement is told of what others write inside it (WrittenMeanwhile).
void WatchWrites(EState* estate);
// The statement has changed rows of the tables that it writes.
void NoteWrite(const EState* estate);
// True if a statement inside this one has written the table; InvalidOid: any table.
[[nodiscard]] bool WrittenMeanwhile(const EState* estate, Oid relation);
// The same, also by the action of a foreign key.
[[nodiscard]] bool MayBeChangedMeanwhile(const EState* estate, Oid relation);
// Raises 0A000 if a scan is about to read what a statement inside its own has changed.
void CheckNotWritten(const RemoteScanState* scan);
// The same for ON CONFLICT DO UPDATE, which would update what PostgreSQL refuses to (21000).
void CheckNotWritten(const plan::InsertPlan& plan, const EState* estate);
[[noreturn]] void RefuseWrittenMeanwhile(Oid relation);

}  // namespace pgspan::executor
