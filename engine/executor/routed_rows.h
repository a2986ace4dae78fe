// Rows that PostgreSQL's executor has routed to distributed partitions: an UPDATE or MERGE of what
// is local in a tree (planner/split_write.h) moves them there, or a BEFORE trigger does. They lie
// in the shells until all rows of the statement are written, and are taken to the shards before its
// triggers AFTER fire. Called by the room trigger.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::executor {

// Moves what lies in the shell to the shards. The user's triggers for these rows are PostgreSQL's;
// those of foreign keys are queued.
void TakeRoutedRows(EState* statement, Relation shell);

}  // namespace pgspan::executor
