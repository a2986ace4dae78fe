// Rows as data of COPY … FROM STDIN: binary if every column means the same on every node in its
// binary form, else text (a type's OID inside arrays and composites, or a value that is an OID, is
// this node's own). Private to this room.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::cluster {

struct CopyEncoder;

// For the columns of relation that are neither dropped nor generated. Lives in the current memory
// context.
CopyEncoder* NewCopyEncoder(Relation relation);
// "(a, b) FROM STDIN WITH (FORMAT binary)"
const char* CopyClause(const CopyEncoder* encoder);
// "a, b", quoted.
const char* CopyColumns(const CopyEncoder* encoder);
// What opens and ends the stream; empty for text.
std::string_view CopyHeader(const CopyEncoder* encoder);
std::string_view CopyTrailer(const CopyEncoder* encoder);
// One row of the relation; valid until the next call.
std::string_view EncodeRow(CopyEncoder* encoder, TupleTableSlot* slot);

// Appends a value of a text row: escaped, or \N for nullptr. A tab and a newline are the caller's.
void AppendCopyText(StringInfo line, const char* value);

}  // namespace pgspan::cluster
