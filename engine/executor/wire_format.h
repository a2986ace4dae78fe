// How values travel between nodes: PostgreSQL's binary format where both ends are sure to read it
// alike, text under settings that do not depend on the session otherwise.
//
// Binary formats of arrays and composites carry type OIDs, which differ between nodes for types
// that are not built in: PostgreSQL's own input refuses them, so they are sent as text; on arrival
// they are taken apart here, where the OIDs can be left aside. Values that are OIDs of objects
// (regclass) travel by name. Strings pass through the conversion for the session's client on both
// ways, which must be switched off meanwhile.
#pragma once

#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace pgspan::executor {

// True if values of the type can be sent in binary.
bool TravelsInBinary(Oid type);

// Runs body with strings in binary values left in the database's encoding; errors pass through.
template <typename Body>
void WithoutClientEncoding(Body&& body);

// True if the type has the same OID on every node.
inline bool IsBuiltIn(Oid type) {
    return type < FirstGenbkiObjectId;
}

// Writes values of one type for other nodes.
struct ValueEncoder {
    Oid type = InvalidOid;  // of the values given to Append
    bool binary = false;
    bool holds_names = false;          // of objects (metadata/known_names.h)
    bool depends_on_settings = false;  // text whose form follows DateStyle and the like
    FmgrInfo function = {};            // send or output
};

// as_text: the receiver expects the value's output text.
ValueEncoder MakeEncoder(Oid type, bool as_text);
// Appends the value's bytes (text without the final zero) to out. Raises 0A000 for names of objects
// that not every node knows.
void AppendValue(ValueEncoder* encoder, Datum value, StringInfo out);

// The same with an encoder made for text, for many values.
Datum TextDatum(ValueEncoder* encoder, Datum value);
// The value of an expression of a type as the Datum of type text that stands for it (its output
// under canonical settings).
Datum TextDatum(Oid type, Datum value);

// Reads rows that nodes return.
struct ColumnDecoder {
    enum class Form : char {
        kBool,
        kInt16,
        kInt32,
        kInt64,
        kFloat4,
        kBytes,
        kReceive,
        kArray,
        kRecord,
        kInput
    };
    Form form = Form::kReceive;
    Oid io_parameter = InvalidOid;
    int32 typmod = -1;
    FmgrInfo function = {};  // kReceive, kInput
    bool is_name = false;    // kInput: of an object
    // kArray: of the elements; kRecord: of the columns of desc.
    Oid element = InvalidOid;
    int16 element_length = 0;
    bool element_by_value = false;
    char element_alignment = 0;
    TupleDesc desc = nullptr;
    ColumnDecoder* parts = nullptr;
};

struct RowDecoder {
    int count = 0;
    bool binary = false;       // what to ask the node for
    bool has_strings = false;  // some column's binary form passes through the client's encoding
    ColumnDecoder* columns = nullptr;
};

// types: OidList, typmods: IntList. Lives in the current memory context. Raises 0A000 for types
// that have no way to travel.
RowDecoder* MakeRowDecoder(const List* types, const List* typmods);
// For rows whose columns are as a ValueEncoder made for binary appends them.
RowDecoder* MakePackedDecoder(const List* types, const List* typmods);

template <typename Body>
void WithoutClientEncoding(Body&& body) {
    const int encoding = pg_get_client_encoding();
    if (encoding == GetDatabaseEncoding()) return body();
    SetClientEncoding(GetDatabaseEncoding());
    ErrorData* error = pg::Capture(body);
    SetClientEncoding(encoding);
    if (error) ReThrowError(error);
}

}  // namespace pgspan::executor
