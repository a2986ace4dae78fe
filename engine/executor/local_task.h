// A task whose shards lie on this very node: its SQL is planned and run here, in the same
// transaction, under the same snapshot and user, without a connection. Plans are kept for the
// session, like prepared statements on other nodes.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::executor {

struct LocalTask;

// Starts the statement. whole: it runs to its end at the first fetch (it writes); otherwise in
// batches of rows, so that memory stays bounded whatever it returns. Lives in the current memory
// context.
LocalTask* StartLocalTask(const char* sql, ParamListInfo parameters, bool whole);
// The next row into values and nulls (column_count of each), valid until the next call; false at
// the end.
bool FetchLocalRow(LocalTask* task, int column_count, Datum* values, bool* nulls);
// Runs what is left of a writing statement and returns the rows that it affected.
uint64 FinishLocalTask(LocalTask* task);
// Releases everything; may be called early.
void EndLocalTask(LocalTask* task);

}  // namespace pgspan::executor
