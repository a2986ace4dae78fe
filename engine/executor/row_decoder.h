// Values of one row as libpq delivers it → Datums. (Making a RowDecoder: wire_format.h.)
#pragma once

#include "engine/connection/connection.h"
#include "engine/executor/wire_format.h"

namespace pgspan::executor {

// Decodes the only row of `row` into values and nulls (decoder->count of each), in the current
// memory context. Raises XX000 if the node returned another number of columns, or what a column's
// input function raises.
void DecodeRow(RowDecoder* decoder, const PGresult* row, Datum* values, bool* nulls);

}  // namespace pgspan::executor
