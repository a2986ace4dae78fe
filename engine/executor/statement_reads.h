// The reads of a statement that also writes: all parts of a statement see the database as it was
// before the statement, so whatever it reads from the nodes is asked for before its first write.
// (A node answers a SELECT under the snapshot of its arrival; rows that have not been fetched when
// the connection is needed for something else are taken over by the stream.)
#pragma once

#include "engine/executor/remote_scan.h"

namespace pgspan::executor {

// A scan that may run in this statement; forgotten with the statement's memory, or by ForgetRead.
void RegisterRead(RemoteScanState* scan);
void ForgetRead(RemoteScanState* scan);
// Starts every read of the statement that has not started, and remembers that it writes. Called by
// each modify scan before it writes.
void StartReads(EState* estate);
// Raises 0A000 if a scan is about to read what the statement itself has changed (it depends on
// values that were not known before).
void CheckReadInTime(const RemoteScanState* scan);

}  // namespace pgspan::executor
