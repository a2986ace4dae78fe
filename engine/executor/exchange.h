// Rows that nodes hand to each other without the coordinator in between (in other systems: a
// shuffle, re-partitioning):
//
//   scatter   SELECT pgspan.scatter(table id, key, column, …) FROM (…): an aggregate in the task of
//             each node that computes rows. It keeps each row in a temporary file for the node that
//             holds its shard of the table (key 0: in all rows it is NULL), or in one for all of
//             them (key -1), and returns a handle and how many rows there are for whom, as text;
//             NULL if there are none.
//   gather    … FROM pgspan.gather(handles, group, rows, once) AS r(…): in the task of each node
//             that takes rows. It asks the nodes of the handles for the rows that they keep for the
//             group. rows: for the node's planner.
//   scattered SELECT pgspan.scattered(handle, group, once): what gather asks a node for, in chunks
//             of packed rows (row_decoder.h). once: nobody will ask for them again.
//
// The files are PostgreSQL's own for temporary data (FileSet): they respect temp_tablespaces (and
// temp_file_limit as long as they are written), go with the transaction that has made them, and
// with a crash. Those that are read once are gone when they have been. Whoever knows a handle can
// read the rows: it holds 128 random bits.
#pragma once

#include "engine/executor/parameters.h"
#include "engine/pg/postgres.h"

extern "C" {
#include "storage/buffile.h"
#include "storage/fileset.h"
}

namespace pgspan::executor {

// Where a node keeps the rows of one scatter.
struct ExchangeHandle {
    int32 group_id;
    FileSet files;
    char secret[33];
};

// In the current memory context: one word.
char* FormatHandle(const ExchangeHandle& handle);
// Raises 22023 if the text is none.
ExchangeHandle ParseHandle(const char* text);

// A new one of this node, whose files last as long as the transaction.
ExchangeHandle MakeHandle();
// The name of the file for a group, in the current memory context.
char* FileFor(const ExchangeHandle& handle, int32 group_id);

// The group under which rows for all nodes are kept.
inline constexpr int32 kEveryGroup = -1;

// What the nodes keep for one taker, as pgspan.gather wants it.
struct Gathering {
    int32 group_id;
    StringInfoData handles;
    double rows;
};
// Runs a plan whose rows are those of pgspan.scatter; returns a List of Gathering*.
List* RunScatter(PlanState* plan);
// The arguments of pgspan.gather (plan::kGatherTypes) as parameters.
void SetGathering(const Gathering& gathering, bool once, Parameter* parameters);

// Chunks of packed rows, of at most this many bytes unless a row is longer.
inline constexpr int kChunkBytes = 64 * 1024;

// The chunks that this node keeps, in order. Raises 55000 if it keeps none.
struct ChunkReader {
    ExchangeHandle handle;
    char* name;
    BufFile* file;
    bool once;
};
ChunkReader OpenChunks(const ExchangeHandle& handle, int32 group_id, bool once);
// The next one as a bytea, with a byte behind it, in the current memory context; nullptr at the
// end, with which the file is gone if it was to be read once.
bytea* NextChunk(ChunkReader* reader);

}  // namespace pgspan::executor
