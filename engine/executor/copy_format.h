// Rows in the formats of COPY: binary where every column's type can travel so, else text.
#pragma once

#include "engine/executor/wire_format.h"

namespace pgspan::executor {

struct CopyFormat {
    bool binary;
    int column_count;
    const AttrNumber* attributes;
    ValueEncoder* encoders;
};

// Lives in the current memory context.
CopyFormat* MakeCopyFormat(Oid relation, const List* attributes);
// "(FORMAT binary)" and the like.
const char* CopyOptions(const CopyFormat* format);
void AppendCopyHeader(const CopyFormat* format, StringInfo out);
// values and nulls are indexed by attribute number - 1.
void AppendCopyRow(CopyFormat* format, const Datum* values, const bool* nulls, StringInfo out);
void AppendCopyTrailer(const CopyFormat* format, StringInfo out);

}  // namespace pgspan::executor
