// Rows streamed to the shards of a table: one COPY a node for hash-distributed tables, batches of
// INSERT for what lies on this node and for reference tables (which are written on one node before
// the others). Back-pressure: a node that is slow makes AddCopyRow wait.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::executor {

struct CopySink;

// attributes: IntList of the columns that each row gives, in order. streams: rows travel by COPY,
// during which the connections can do nothing else; false sends batches of INSERT instead, between
// which user code may run queries, and so does a user without rights to all these columns. Lives in
// the current memory context.
CopySink* MakeCopySink(const metadata::Table& table, List* attributes, bool streams);
// The columns that rows give: all but the generated ones, which the nodes compute.
List* SentAttributes(Relation relation);
// values and nulls are indexed by attribute number - 1, like a tuple's. Garbage goes to the current
// memory context.
void AddCopyRow(CopySink* sink, const Datum* values, const bool* nulls);
// Sends what was added so far; for a sink that does not stream.
void SendCopied(CopySink* sink);
// Ends all streams and waits for their outcome; raises the first error.
void FinishCopySink(CopySink* sink);

}  // namespace pgspan::executor
