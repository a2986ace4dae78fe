// Values of one row as libpq delivers it → Datums. (Making a RowDecoder: wire_format.h.)
#pragma once

#include "engine/connection/connection.h"
#include "engine/executor/wire_format.h"

namespace pgspan::executor {

// Decodes the only row of `row` into values and nulls (decoder->count of each), in the current
// memory context. Raises XX000 if the node returned another number of columns, or what a column's
// input function raises.
void DecodeRow(RowDecoder* decoder, const PGresult* row, Datum* values, bool* nulls);

// The same for a packed row: for each column its length (four bytes in network order; -1 for NULL)
// and its bytes, as a ValueEncoder made for binary appends them. decoder: of MakePackedDecoder.
// Returns how long the row is; raises 08P01 if it is longer than length. The byte after the row
// can be written (and is restored).
int DecodePackedRow(RowDecoder* decoder, char* data, int length, Datum* values, bool* nulls);

}  // namespace pgspan::executor
