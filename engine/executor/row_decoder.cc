#include "engine/executor/row_decoder.h"

extern "C" {
#include "access/transam.h"
#include "port/pg_bswap.h"
}

namespace pgspan::executor {

namespace {

[[noreturn]] void RaiseMalformed(int column, int length) {
    ereport(ERROR, errcode(ERRCODE_PROTOCOL_VIOLATION),
            errmsg("column %d of a row from another node has an unexpected length of %d bytes",
                   column + 1, length));
    pg_unreachable();
}

template <typename Number>
Number ReadNumber(const char* data, int length, int column) {
    if (length != static_cast<int>(sizeof(Number))) RaiseMalformed(column, length);
    Number number;
    memcpy(&number, data, sizeof(number));
    return number;
}

Datum MakeVarlena(const char* data, int length) {
    auto* value = static_cast<struct varlena*>(palloc(length + VARHDRSZ));
    SET_VARSIZE(value, length + VARHDRSZ);
    memcpy(VARDATA(value), data, length);
    return PointerGetDatum(value);
}

Datum DecodeValue(ColumnDecoder* column, char* data, int length, int index);

Datum Receive(ColumnDecoder* column, char* data, int length, int index) {
    // Receive functions expect a zero byte after the value; inside an array or record other data
    // follow.
    const char next = data[length];
    data[length] = '\0';
    StringInfoData message;
    message.data = data;
    message.len = length;
    message.maxlen = length + 1;
    message.cursor = 0;
    const Datum value =
        ReceiveFunctionCall(&column->function, &message, column->io_parameter, column->typmod);
    data[length] = next;
    if (message.cursor != message.len) RaiseMalformed(index, length);
    return value;
}

// Inside a packed row the next column's data follow, where the text has to end.
// The OID of an object that is gone there may be that of another one here. (Those of built-in ones
// are the same everywhere.)
void CheckIsName(const char* text) {
    if (strspn(text, "0123456789") != strlen(text) ||
        strtoul(text, nullptr, 10) < FirstNormalObjectId)
        return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("value %s from another node names an object that is gone", text),
            errdetail("OIDs of objects differ between nodes."));
}

Datum Input(ColumnDecoder* column, char* data, int length) {
    pg_verifymbstr(data, length, false);
    const char next = data[length];
    data[length] = '\0';
    if (column->is_name) CheckIsName(data);
    const Datum value =
        InputFunctionCall(&column->function, data, column->io_parameter, column->typmod);
    data[length] = next;
    return value;
}

// A value of several parts, read from front to back.
struct Parts {
    char* data;
    int left;
    int index;   // of the column, for errors
    int length;  // of the whole

    int32 Number() {
        if (left < static_cast<int>(sizeof(uint32))) RaiseMalformed(index, length);
        const uint32 number = pg_ntoh32(ReadNumber<uint32>(data, sizeof(uint32), index));
        data += sizeof(uint32);
        left -= sizeof(uint32);
        return static_cast<int32>(number);
    }
    Datum Value(ColumnDecoder* decoder, bool* is_null) {
        const int32 size = Number();
        *is_null = size == -1;
        if (*is_null) return Datum(0);
        if (size < 0 || size > left) RaiseMalformed(index, length);
        const Datum value = DecodeValue(decoder, data, size, index);
        data += size;
        left -= size;
        return value;
    }
};

Datum DecodeArray(ColumnDecoder* column, char* data, int length, int index) {
    Parts parts = {data, length, index, length};
    const int32 dimension_count = parts.Number();
    parts.Number();  // whether there are NULLs
    parts.Number();  // the element type's OID there
    if (dimension_count < 0 || dimension_count > MAXDIM) RaiseMalformed(index, length);
    int dimensions[MAXDIM];
    int lower_bounds[MAXDIM];
    for (int i = 0; i < dimension_count; i++) {
        dimensions[i] = parts.Number();
        lower_bounds[i] = parts.Number();
    }
    if (dimension_count == 0) return PointerGetDatum(construct_empty_array(column->element));
    ArrayCheckBounds(dimension_count, dimensions, lower_bounds);
    const int count = ArrayGetNItems(dimension_count, dimensions);
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * (count + 1)));
    for (int i = 0; i < count; i++) values[i] = parts.Value(column->parts, &nulls[i]);
    return PointerGetDatum(construct_md_array(values, nulls, dimension_count, dimensions,
                                              lower_bounds, column->element, column->element_length,
                                              column->element_by_value, column->element_alignment));
}

Datum DecodeRecord(ColumnDecoder* column, char* data, int length, int index) {
    Parts parts = {data, length, index, length};
    const int columns = column->desc->natts;
    auto* values = static_cast<Datum*>(palloc0(sizeof(Datum) * (columns + 1)));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * (columns + 1)));
    int32 left = parts.Number();
    for (int i = 0; i < columns; i++) {
        nulls[i] = true;
        if (TupleDescAttr(column->desc, i)->attisdropped) continue;
        if (left-- <= 0) RaiseMalformed(index, length);
        parts.Number();  // the type's OID there
        values[i] = parts.Value(&column->parts[i], &nulls[i]);
    }
    if (left != 0) RaiseMalformed(index, length);
    return HeapTupleGetDatum(heap_form_tuple(column->desc, values, nulls));
}

Datum DecodeValue(ColumnDecoder* column, char* data, int length, int index) {
    using Form = ColumnDecoder::Form;
    switch (column->form) {
    case Form::kBool:
        return BoolGetDatum(ReadNumber<char>(data, length, index) != 0);
    case Form::kInt16:
        return Int16GetDatum(
            static_cast<int16>(pg_ntoh16(ReadNumber<uint16>(data, length, index))));
    case Form::kInt32:
    case Form::kFloat4:
        return Int32GetDatum(
            static_cast<int32>(pg_ntoh32(ReadNumber<uint32>(data, length, index))));
    case Form::kInt64:
        return Int64GetDatum(
            static_cast<int64>(pg_ntoh64(ReadNumber<uint64>(data, length, index))));
    case Form::kBytes:
        return MakeVarlena(data, length);
    case Form::kReceive:
        return Receive(column, data, length, index);
    case Form::kArray:
        return DecodeArray(column, data, length, index);
    case Form::kRecord:
        return DecodeRecord(column, data, length, index);
    case Form::kInput:
        return Input(column, data, length);
    }
    pg_unreachable();
}

void DecodeColumns(RowDecoder* decoder, const PGresult* row, Datum* values, bool* nulls) {
    for (int i = 0; i < decoder->count; i++) {
        nulls[i] = PQgetisnull(row, 0, i) != 0;
        values[i] = nulls[i] ? Datum(0)
                             : DecodeValue(&decoder->columns[i], PQgetvalue(row, 0, i),
                                           PQgetlength(row, 0, i), i);
    }
}

}  // namespace

void DecodeRow(RowDecoder* decoder, const PGresult* row, Datum* values, bool* nulls) {
    if (PQnfields(row) != decoder->count)
        ereport(ERROR, errcode(ERRCODE_PROTOCOL_VIOLATION),
                errmsg("a node returned %d columns where %d were expected", PQnfields(row),
                       decoder->count));
    if (decoder->has_strings)
        WithoutClientEncoding([&] { DecodeColumns(decoder, row, values, nulls); });
    else
        DecodeColumns(decoder, row, values, nulls);
}

int DecodePackedRow(RowDecoder* decoder, char* data, int length, Datum* values, bool* nulls) {
    Parts parts = {data, length, 0, length};
    const auto decode = [&] {
        for (int i = 0; i < decoder->count; i++) {
            parts.index = i;
            values[i] = parts.Value(&decoder->columns[i], &nulls[i]);
        }
    };
    if (decoder->has_strings)
        WithoutClientEncoding(decode);
    else
        decode();
    return length - parts.left;
}

}  // namespace pgspan::executor
