// Rows that nodes hand to each other without the coordinator in between (in other systems: a
// shuffle, re-partitioning):
//
//   scatter   SELECT pgspan.scatter(table id, key, column, …) FROM (…): an aggregate in the task of
//             each node that computes rows. It keeps each row in a temporary file for the node that
//             holds its shard of the table, and returns a handle and how many rows there are for
//             whom, as text; NULL if there are none.
//   gather    … FROM pgspan.gather(handles, group) AS r(…): in the task of each node that takes
//             rows. It asks the nodes of the handles for the rows that they keep for the group.
//   scattered SELECT pgspan.scattered(handle, group): what gather asks a node for, in chunks of
//             packed rows (row_decoder.h).
//
// The files are PostgreSQL's own for temporary data (FileSet): they respect temp_tablespaces and
// temp_file_limit, go with the transaction that has made them, and with a crash. Whoever knows a
// handle can read the rows: it holds 128 random bits.
#pragma once

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

// What pgspan.scatter returns, taken apart: the handle, and for whom it keeps rows.
struct Scattered {
    const char* handle;
    List* groups;  // IntList
};
// Changes the text.
Scattered ParseScattered(char* text);

// Chunks of packed rows, of at most this many bytes unless a row is longer.
inline constexpr int kChunkBytes = 64 * 1024;

// The chunks that this node keeps, in order. Raises 55000 if it keeps none.
struct ChunkReader {
    ExchangeHandle handle;
    char* name;
    BufFile* file;
};
ChunkReader OpenChunks(const ExchangeHandle& handle, int32 group_id);
// The next one as a bytea in the current memory context; nullptr at the end, with which the file is
// gone: rows are handed over once.
bytea* NextChunk(ChunkReader* reader);

}  // namespace pgspan::executor
