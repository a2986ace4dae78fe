// How values travel between nodes: PostgreSQL's binary format where both ends are sure to read it
// alike, text under settings that do not depend on the session otherwise.
//
// Binary formats of arrays and composites carry type OIDs, which differ between nodes for types
// that are not built in; those of strings are converted from and to the encoding of *this*
// session's client. Both cases travel as text.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::executor {

// True if values of the type can travel in binary in this session.
bool TravelsInBinary(Oid type);

// True if the type has the same OID on every node.
inline bool IsBuiltIn(Oid type) {
    return type < FirstGenbkiObjectId;
}

// Writes values of one type for other nodes.
struct ValueEncoder {
    Oid type = InvalidOid;  // of the values given to Append
    bool binary = false;
    bool depends_on_settings = false;  // text whose form follows DateStyle and the like
    FmgrInfo function = {};            // send or output
};

// as_text: the receiver expects the value's output text.
ValueEncoder MakeEncoder(Oid type, bool as_text);
// Appends the value's bytes (text without the final zero) to out.
void AppendValue(ValueEncoder* encoder, Datum value, StringInfo out);

// The value of an expression of a type as the Datum of type text that stands for it (its output
// under canonical settings).
Datum TextDatum(Oid type, Datum value);

// Reads rows that nodes return.
struct ColumnDecoder {
    enum class Form : char { kBool, kInt16, kInt32, kInt64, kFloat4, kBytes, kReceive, kInput };
    Form form = Form::kReceive;
    Oid io_parameter = InvalidOid;
    int32 typmod = -1;
    FmgrInfo function = {};  // kReceive, kInput
};

struct RowDecoder {
    int count = 0;
    bool binary = false;  // what to ask the node for
    ColumnDecoder* columns = nullptr;
};

// types: OidList, typmods: IntList. Lives in the current memory context. Raises 0A000 for types
// that have no way to travel.
RowDecoder* MakeRowDecoder(const List* types, const List* typmods);

}  // namespace pgspan::executor
