#include "engine/executor/row_decoder.h"

extern "C" {
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

Datum Receive(ColumnDecoder* column, char* data, int length, int index) {
    // Receive functions may expect the zero byte that libpq puts after every value.
    StringInfoData message;
    message.data = data;
    message.len = length;
    message.maxlen = length + 1;
    message.cursor = 0;
    const Datum value =
        ReceiveFunctionCall(&column->function, &message, column->io_parameter, column->typmod);
    if (message.cursor != message.len) RaiseMalformed(index, length);
    return value;
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
    case Form::kInput:
        return InputFunctionCall(&column->function, data, column->io_parameter, column->typmod);
    }
    pg_unreachable();
}

}  // namespace

void DecodeRow(RowDecoder* decoder, const PGresult* row, Datum* values, bool* nulls) {
    if (PQnfields(row) != decoder->count)
        ereport(ERROR, errcode(ERRCODE_PROTOCOL_VIOLATION),
                errmsg("a node returned %d columns where %d were expected", PQnfields(row),
                       decoder->count));
    for (int i = 0; i < decoder->count; i++) {
        nulls[i] = PQgetisnull(row, 0, i) != 0;
        values[i] = nulls[i] ? Datum(0)
                             : DecodeValue(&decoder->columns[i], PQgetvalue(row, 0, i),
                                           PQgetlength(row, 0, i), i);
    }
}

}  // namespace pgspan::executor
