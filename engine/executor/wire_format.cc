#include "engine/executor/wire_format.h"

#include "engine/metadata/known_names.h"
#include "engine/metadata/node_session.h"
#include "engine/pg/reg_types.h"

extern "C" {
#include "catalog/pg_type.h"
#include "port/pg_bswap.h"
#include "utils/bytea.h"
#include "utils/float.h"
}

namespace pgspan::executor {

namespace {

// Built-in types whose binary form holds neither OIDs nor characters.
bool IsPlainBinary(Oid type) {
    switch (type) {
    case BOOLOID:
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case FLOAT4OID:
    case FLOAT8OID:
    case NUMERICOID:
    case DATEOID:
    case TIMEOID:
    case TIMETZOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
    case INTERVALOID:
    case UUIDOID:
    case BYTEAOID:
    case OIDOID:
    case CHAROID:
    case MONEYOID:
        return true;
    default:
        return false;
    }
}

// Their text is the bytes of the value.
bool IsString(Oid type) {
    return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

// True if accepts(type) of every column of a composite type.
template <typename Accepts>
bool EveryColumn(Oid composite, Accepts&& accepts) {
    const TupleDesc desc = lookup_rowtype_tupdesc(composite, -1);
    bool all = true;
    for (int i = 0; i < desc->natts && all; i++)
        all = TupleDescAttr(desc, i)->attisdropped || accepts(TupleDescAttr(desc, i)->atttypid);
    ReleaseTupleDesc(desc);
    return all;
}

bool HasBinaryFunctions(Oid type) {
    const HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
    const auto* form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    const bool has = OidIsValid(form->typsend) && OidIsValid(form->typreceive);
    ReleaseSysCache(tuple);
    return has;
}

}  // namespace

bool TravelsInBinary(Oid type) {
    if (IsPlainBinary(type) || IsString(type)) return true;
    if (pg::NamesObjectsByOid(type)) return false;
    if (const Oid base = getBaseType(type); base != type) return TravelsInBinary(base);
    if (!HasBinaryFunctions(type)) return false;
    if (const Oid element = get_element_type(type); OidIsValid(element))
        return IsBuiltIn(element) && TravelsInBinary(element);
    switch (get_typtype(type)) {
    case TYPTYPE_COMPOSITE:
        return EveryColumn(type,
                           [](Oid column) { return IsBuiltIn(column) && TravelsInBinary(column); });
    case TYPTYPE_RANGE:
        return TravelsInBinary(get_range_subtype(type));
    case TYPTYPE_MULTIRANGE:
        return TravelsInBinary(get_range_subtype(get_multirange_range(type)));
    default:
        return true;
    }
}

namespace {

// True if binary values of the type can be read, whatever OIDs they carry.
bool ArrivesInBinary(Oid type) {
    if (TravelsInBinary(type)) return true;
    type = getBaseType(type);
    if (const Oid element = get_element_type(type); OidIsValid(element))
        return ArrivesInBinary(element);
    return get_typtype(type) == TYPTYPE_COMPOSITE && EveryColumn(type, ArrivesInBinary);
}

}  // namespace

ValueEncoder MakeEncoder(Oid type, bool as_text) {
    ValueEncoder encoder;
    encoder.type = getBaseType(type);
    encoder.binary = !as_text && TravelsInBinary(encoder.type);
    Oid function = InvalidOid;
    bool is_varlena = false;
    if (encoder.binary) {
        getTypeBinaryOutputInfo(encoder.type, &function, &is_varlena);
    } else {
        getTypeOutputInfo(encoder.type, &function, &is_varlena);
        encoder.holds_names = metadata::HoldsNames(encoder.type);
        const char category = IsString(encoder.type) ? TYPCATEGORY_STRING : [&] {
            char found = 0;
            bool preferred = false;
            get_type_category_preferred(encoder.type, &found, &preferred);
            return found;
        }();
        encoder.depends_on_settings = category != TYPCATEGORY_STRING &&
                                      category != TYPCATEGORY_ENUM &&
                                      category != TYPCATEGORY_BOOLEAN;
    }
    fmgr_info(function, &encoder.function);
    return encoder;
}

namespace {

// Output under settings that every session reads alike. Names of objects are qualified where they
// need it here, which is right there too: the session's search_path is the same on every node.
char* CanonicalOutput(FmgrInfo* function, Datum value) {
    const int date_style = DateStyle;
    const int date_order = DateOrder;
    const int interval_style = IntervalStyle;
    const int float_digits = extra_float_digits;
    const int bytea_style = bytea_output;
    DateStyle = USE_ISO_DATES;
    DateOrder = DATEORDER_YMD;
    IntervalStyle = INTSTYLE_ISO_8601;
    extra_float_digits = 1;
    bytea_output = BYTEA_OUTPUT_HEX;
    char* text = nullptr;
    ErrorData* error = pg::Capture([&] { text = OutputFunctionCall(function, value); });
    DateStyle = date_style;
    DateOrder = date_order;
    IntervalStyle = interval_style;
    extra_float_digits = float_digits;
    bytea_output = bytea_style;
    if (error) ReThrowError(error);
    return text;
}

char* OutputOf(ValueEncoder* encoder, Datum value) {
    if (encoder->holds_names) metadata::RequireKnownNames(encoder->type, value);
    return encoder->depends_on_settings ? CanonicalOutput(&encoder->function, value)
                                        : OutputFunctionCall(&encoder->function, value);
}

template <typename Number>
void AppendNumber(StringInfo out, Number number) {
    appendBinaryStringInfo(out, reinterpret_cast<const char*>(&number), sizeof(number));
}

// Without copying, where the value is not toasted.
void AppendVarlena(StringInfo out, Datum value) {
    struct varlena* bytes = PG_DETOAST_DATUM_PACKED(value);
    appendBinaryStringInfo(out, VARDATA_ANY(bytes), static_cast<int>(VARSIZE_ANY_EXHDR(bytes)));
    if (reinterpret_cast<Pointer>(bytes) != DatumGetPointer(value)) pfree(bytes);
}

}  // namespace

void AppendValue(ValueEncoder* encoder, Datum value, StringInfo out) {
    if (IsString(encoder->type) || (encoder->binary && encoder->type == BYTEAOID))
        return AppendVarlena(out, value);
    if (!encoder->binary) {
        char* text = OutputOf(encoder, value);
        appendStringInfoString(out, text);
        pfree(text);
        return;
    }
    switch (encoder->type) {
    case BOOLOID:
        return appendStringInfoCharMacro(out, DatumGetBool(value) ? 1 : 0);
    case INT2OID:
        return AppendNumber(out, pg_hton16(DatumGetUInt16(value)));
    case INT4OID:
    case DATEOID:
    case OIDOID:
    case FLOAT4OID:
        return AppendNumber(out, pg_hton32(DatumGetUInt32(value)));
    case INT8OID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
    case TIMEOID:
    case FLOAT8OID:
        return AppendNumber(out, pg_hton64(DatumGetUInt64(value)));
    default: {
        bytea* bytes = nullptr;
        WithoutClientEncoding([&] { bytes = SendFunctionCall(&encoder->function, value); });
        appendBinaryStringInfo(out, VARDATA(bytes), static_cast<int>(VARSIZE(bytes) - VARHDRSZ));
        pfree(bytes);
    }
    }
}

Datum TextDatum(ValueEncoder* encoder, Datum value) {
    if (IsString(encoder->type)) return value;
    char* text = OutputOf(encoder, value);
    const Datum datum = PointerGetDatum(cstring_to_text(text));
    pfree(text);
    return datum;
}

Datum TextDatum(Oid type, Datum value) {
    ValueEncoder encoder = MakeEncoder(type, true);
    return TextDatum(&encoder, value);
}

namespace {

bool FormOfBuiltIn(Oid type, ColumnDecoder::Form* form) {
    using Form = ColumnDecoder::Form;
    switch (type) {
    case BOOLOID:
        *form = Form::kBool;
        return true;
    case INT2OID:
        *form = Form::kInt16;
        return true;
    case INT4OID:
    case DATEOID:
        *form = Form::kInt32;
        return true;
    case INT8OID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
    case TIMEOID:
    case FLOAT8OID:
        *form = Form::kInt64;
        return true;
    case FLOAT4OID:
        *form = Form::kFloat4;
        return true;
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
    case BYTEAOID:
        *form = Form::kBytes;
        return true;
    default:
        return false;
    }
}

void CheckCanTravel(Oid type) {
    if (type == RECORDOID || type == RECORDARRAYOID)
        ereport(
            ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("row values of type %s cannot be read from another node", format_type_be(type)),
            errhint("Use a composite type of its own, or select the columns one by one."));
}

void SetColumn(ColumnDecoder* column, Oid type, int32 typmod, bool binary);

void SetArray(ColumnDecoder* column, Oid element) {
    column->form = ColumnDecoder::Form::kArray;
    column->element = element;
    get_typlenbyvalalign(element, &column->element_length, &column->element_by_value,
                         &column->element_alignment);
    column->parts = new (palloc(sizeof(ColumnDecoder))) ColumnDecoder();
    SetColumn(column->parts, element, column->typmod, true);
}

void SetRecord(ColumnDecoder* column, Oid type) {
    column->form = ColumnDecoder::Form::kRecord;
    column->desc = lookup_rowtype_tupdesc_copy(type, -1);
    column->parts =
        static_cast<ColumnDecoder*>(palloc0(sizeof(ColumnDecoder) * (column->desc->natts + 1)));
    for (int i = 0; i < column->desc->natts; i++) {
        const Form_pg_attribute attribute = TupleDescAttr(column->desc, i);
        if (!attribute->attisdropped)
            SetColumn(&column->parts[i], attribute->atttypid, attribute->atttypmod, true);
    }
}

void SetColumn(ColumnDecoder* column, Oid type, int32 typmod, bool binary) {
    // A domain's constraints have been checked where the value was stored or computed.
    column->typmod = typmod;
    if (!IsBuiltIn(type)) type = getBaseTypeAndTypmod(type, &column->typmod);
    Oid function = InvalidOid;
    if (!binary) {
        column->form = ColumnDecoder::Form::kInput;
        column->is_name = pg::NamesObjectsByOid(type);
        getTypeInputInfo(type, &function, &column->io_parameter);
    } else if (FormOfBuiltIn(type, &column->form)) {
        return;
    } else if (const Oid element = get_element_type(type);
               OidIsValid(element) && !IsBuiltIn(element)) {
        return SetArray(column, element);
    } else if (!IsBuiltIn(type) && get_typtype(type) == TYPTYPE_COMPOSITE) {
        return SetRecord(column, type);
    } else {
        column->form = ColumnDecoder::Form::kReceive;
        getTypeBinaryInputInfo(type, &function, &column->io_parameter);
    }
    fmgr_info(function, &column->function);
}

// Text is written on the node under the session's settings: under some it cannot be read back as it
// was.
void CheckTextKeepsValues(const List* types) {
    if (DateStyle == USE_ISO_DATES && extra_float_digits >= 1) return;
    Oid by_name = InvalidOid;
    bool depends_on_settings = false;
    for (int i = 0; i < list_length(types); i++) {
        const Oid type = list_nth_oid(types, i);
        if (!ArrivesInBinary(type)) by_name = type;
        depends_on_settings = depends_on_settings || MakeEncoder(type, true).depends_on_settings;
    }
    if (!depends_on_settings) return;
    ereport(
        ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
        errmsg("values of type %s cannot be read from another node under these settings",
               format_type_be(by_name)),
        errhint("Set DateStyle to ISO and extra_float_digits to 1, or select the column as text."));
}

RowDecoder* MakeEmptyDecoder(int count) {
    auto* decoder = static_cast<RowDecoder*>(palloc0(sizeof(RowDecoder)));
    decoder->count = count;
    decoder->columns = static_cast<ColumnDecoder*>(palloc0(sizeof(ColumnDecoder) * (count + 1)));
    return decoder;
}

// Where a user may have said what the bytes are, the type's own function sees whether they can be.
void CheckValues(ColumnDecoder* column, Oid type) {
    type = getBaseType(type);
    if (column->form == ColumnDecoder::Form::kArray)
        return CheckValues(column->parts, column->element);
    if (column->form == ColumnDecoder::Form::kRecord) {
        for (int i = 0; i < column->desc->natts; i++)
            if (const Form_pg_attribute part = TupleDescAttr(column->desc, i); !part->attisdropped)
                CheckValues(&column->parts[i], part->atttypid);
        return;
    }
    if (column->form >= ColumnDecoder::Form::kReceive) return;
    Oid function = InvalidOid;
    getTypeBinaryInputInfo(type, &function, &column->io_parameter);
    fmgr_info(function, &column->function);
    column->form = ColumnDecoder::Form::kReceive;
}

}  // namespace

RowDecoder* MakeRowDecoder(const List* types, const List* typmods) {
    RowDecoder* decoder = MakeEmptyDecoder(list_length(types));
    decoder->binary = true;
    for (int i = 0; i < decoder->count; i++) {
        CheckCanTravel(list_nth_oid(types, i));
        decoder->binary = decoder->binary && ArrivesInBinary(list_nth_oid(types, i));
    }
    if (!decoder->binary) CheckTextKeepsValues(types);
    for (int i = 0; i < decoder->count; i++) {
        ColumnDecoder* column = &decoder->columns[i];
        SetColumn(column, list_nth_oid(types, i), list_nth_int(typmods, i), decoder->binary);
        if (column->form >= ColumnDecoder::Form::kReceive) decoder->has_strings = decoder->binary;
    }
    return decoder;
}

RowDecoder* MakePackedDecoder(const List* types, const List* typmods) {
    RowDecoder* decoder = MakeEmptyDecoder(list_length(types));
    decoder->has_strings = true;
    for (int i = 0; i < decoder->count; i++) {
        ColumnDecoder* column = &decoder->columns[i];
        const Oid type = list_nth_oid(types, i);
        CheckCanTravel(type);
        SetColumn(column, type, list_nth_int(typmods, i), TravelsInBinary(getBaseType(type)));
        if (!metadata::IsInternalSession()) CheckValues(column, type);
    }
    return decoder;
}

}  // namespace pgspan::executor
