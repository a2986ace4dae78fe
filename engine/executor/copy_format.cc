#include "engine/executor/copy_format.h"

extern "C" {
#include "port/pg_bswap.h"
}

namespace pgspan::executor {

namespace {

template <typename Number>
void AppendNumber(StringInfo out, Number number) {
    appendBinaryStringInfo(out, reinterpret_cast<const char*>(&number), sizeof(number));
}

void AppendBinaryRow(CopyFormat* format, const Datum* values, const bool* nulls, StringInfo out) {
    AppendNumber(out, pg_hton16(static_cast<uint16>(format->column_count)));
    for (int i = 0; i < format->column_count; i++) {
        const int at = format->attributes[i] - 1;
        if (nulls[at]) {
            AppendNumber(out, uint32{0xFFFFFFFF});
            continue;
        }
        const int length_at = out->len;
        AppendNumber(out, uint32{0});
        AppendValue(&format->encoders[i], values[at], out);
        const uint32 length = pg_hton32(static_cast<uint32>(out->len - length_at - sizeof(uint32)));
        memcpy(out->data + length_at, &length, sizeof(length));
    }
}

// The letter after the backslash for a byte that COPY's text format cannot hold as it is; 0 for all
// others.
char EscapeLetter(char c) {
    switch (c) {
    case '\\':
        return '\\';
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\v':
        return 'v';
    default:
        return 0;
    }
}

void AppendTextRow(CopyFormat* format, const Datum* values, const bool* nulls, StringInfo out) {
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < format->column_count; i++) {
        const int at = format->attributes[i] - 1;
        if (i > 0) appendStringInfoCharMacro(out, '\t');
        if (nulls[at]) {
            appendStringInfoString(out, "\\N");
            continue;
        }
        resetStringInfo(&text);
        AppendValue(&format->encoders[i], values[at], &text);
        for (int k = 0; k < text.len; k++) {
            const char letter = EscapeLetter(text.data[k]);
            if (letter != 0) appendStringInfoCharMacro(out, '\\');
            appendStringInfoCharMacro(out, letter != 0 ? letter : text.data[k]);
        }
    }
    appendStringInfoCharMacro(out, '\n');
    pfree(text.data);
}

}  // namespace

CopyFormat* MakeCopyFormat(Oid relation, const List* attributes) {
    auto* format = static_cast<CopyFormat*>(palloc0(sizeof(CopyFormat)));
    format->binary = true;
    format->column_count = list_length(attributes);
    auto* numbers =
        static_cast<AttrNumber*>(palloc(sizeof(AttrNumber) * (format->column_count + 1)));
    format->encoders =
        static_cast<ValueEncoder*>(palloc0(sizeof(ValueEncoder) * (format->column_count + 1)));
    for (int i = 0; i < format->column_count; i++) {
        numbers[i] = static_cast<AttrNumber>(list_nth_int(attributes, i));
        format->binary = format->binary && TravelsInBinary(get_atttype(relation, numbers[i]));
    }
    for (int i = 0; i < format->column_count; i++)
        format->encoders[i] = MakeEncoder(get_atttype(relation, numbers[i]), !format->binary);
    format->attributes = numbers;
    return format;
}

const char* CopyOptions(const CopyFormat* format) {
    return format->binary ? "(FORMAT binary)" : "(FORMAT text)";
}

void AppendCopyHeader(const CopyFormat* format, StringInfo out) {
    // Signature, flags, length of the header's extension.
    if (format->binary) appendBinaryStringInfo(out, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
}

void AppendCopyRow(CopyFormat* format, const Datum* values, const bool* nulls, StringInfo out) {
    if (format->binary)
        AppendBinaryRow(format, values, nulls, out);
    else
        AppendTextRow(format, values, nulls, out);
}

void AppendCopyTrailer(const CopyFormat* format, StringInfo out) {
    if (format->binary) AppendNumber(out, uint16{0xFFFF});
}

}  // namespace pgspan::executor
