#include "engine/cluster/copy_encoding.h"

#include "engine/metadata/known_names.h"
#include "engine/pg/reg_types.h"

extern "C" {
#include "access/transam.h"
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "catalog/pg_type.h"
}

namespace pgspan::cluster {

struct CopyEncoder {
    bool is_binary;
    int column_count;
    AttrNumber* columns;
    FmgrInfo* functions;  // send or output
    Oid* named_types;     // of columns whose values name objects; else InvalidOid
    const char* names;
    const char* clause;
    StringInfoData row;
    MemoryContext values;
};

namespace {

constexpr char kBinaryHeader[] =
    "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";  // signature, flags, length of extension
constexpr char kBinaryTrailer[] = "\377\377";

bool HasBinaryForm(Oid type) {
    const HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
    const auto* form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    const bool has_form = OidIsValid(form->typsend) && OidIsValid(form->typreceive);
    ReleaseSysCache(tuple);
    return has_form;
}

// True if the binary form of a type is the same on every node.
bool IsPortable(Oid type) {
    type = getBaseType(type);
    const char kind = get_typtype(type);
    if (kind == TYPTYPE_ENUM) return true;
    if (kind != TYPTYPE_BASE || type >= FirstGenbkiObjectId) return false;
    if (!HasBinaryForm(type)) return false;
    if (pg::NamesObjectsByOid(type)) return false;
    const Oid element = get_element_type(type);
    return !OidIsValid(element) || IsPortable(element);
}

void AppendInt16(StringInfo row, int16 value) {
    const uint16 network = pg_hton16(static_cast<uint16>(value));
    appendBinaryStringInfo(row, reinterpret_cast<const char*>(&network), sizeof(network));
}

void AppendInt32(StringInfo row, int32 value) {
    const uint32 network = pg_hton32(static_cast<uint32>(value));
    appendBinaryStringInfo(row, reinterpret_cast<const char*>(&network), sizeof(network));
}

}  // namespace

CopyEncoder* NewCopyEncoder(Relation relation) {
    const TupleDesc descriptor = RelationGetDescr(relation);
    auto* encoder = static_cast<CopyEncoder*>(palloc0(sizeof(CopyEncoder)));
    encoder->columns =
        static_cast<AttrNumber*>(palloc(sizeof(AttrNumber) * (descriptor->natts + 1)));
    encoder->functions =
        static_cast<FmgrInfo*>(palloc0(sizeof(FmgrInfo) * (descriptor->natts + 1)));
    // Send functions convert text to the encoding of this session's client, which is no concern of
    // the nodes.
    encoder->is_binary = pg_get_client_encoding() == GetDatabaseEncoding();
    encoder->named_types = static_cast<Oid*>(palloc0(sizeof(Oid) * (descriptor->natts + 1)));
    StringInfoData names;
    initStringInfo(&names);
    for (int i = 0; i < descriptor->natts; i++) {
        const Form_pg_attribute column = TupleDescAttr(descriptor, i);
        if (column->attisdropped || column->attgenerated) continue;
        appendStringInfo(&names, "%s%s", names.len ? ", " : "",
                         quote_identifier(NameStr(column->attname)));
        encoder->is_binary = encoder->is_binary && IsPortable(column->atttypid);
        encoder->columns[encoder->column_count++] = column->attnum;
    }
    for (int i = 0; i < encoder->column_count; i++) {
        const Oid type = TupleDescAttr(descriptor, encoder->columns[i] - 1)->atttypid;
        Oid function = InvalidOid;
        bool is_varlena = false;
        if (encoder->is_binary)
            getTypeBinaryOutputInfo(type, &function, &is_varlena);
        else
            getTypeOutputInfo(type, &function, &is_varlena);
        encoder->named_types[i] =
            !encoder->is_binary && metadata::HoldsNames(type) ? type : InvalidOid;
        fmgr_info(function, &encoder->functions[i]);
    }
    encoder->names = names.data;
    encoder->clause =
        psprintf("%s FROM STDIN WITH (FORMAT %s)", names.len ? psprintf("(%s)", names.data) : "",
                 encoder->is_binary ? "binary" : "text");
    initStringInfo(&encoder->row);
    encoder->values =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan copy values", ALLOCSET_DEFAULT_SIZES);
    return encoder;
}

const char* CopyClause(const CopyEncoder* encoder) {
    return encoder->clause;
}

const char* CopyColumns(const CopyEncoder* encoder) {
    return encoder->names;
}

std::string_view CopyHeader(const CopyEncoder* encoder) {
    return encoder->is_binary ? std::string_view(kBinaryHeader, sizeof(kBinaryHeader) - 1)
                              : std::string_view();
}

std::string_view CopyTrailer(const CopyEncoder* encoder) {
    return encoder->is_binary ? std::string_view(kBinaryTrailer, sizeof(kBinaryTrailer) - 1)
                              : std::string_view();
}

std::string_view EncodeRow(CopyEncoder* encoder, TupleTableSlot* slot) {
    slot_getallattrs(slot);
    resetStringInfo(&encoder->row);
    MemoryContextReset(encoder->values);
    const MemoryContext caller = MemoryContextSwitchTo(encoder->values);
    if (encoder->is_binary) AppendInt16(&encoder->row, static_cast<int16>(encoder->column_count));
    for (int i = 0; i < encoder->column_count; i++) {
        const int index = encoder->columns[i] - 1;
        const bool is_null = slot->tts_isnull[index];
        if (!is_null && OidIsValid(encoder->named_types[i]))
            metadata::RequireKnownNames(encoder->named_types[i], slot->tts_values[index]);
        if (!encoder->is_binary) {
            if (i > 0) appendStringInfoChar(&encoder->row, '\t');
            AppendCopyText(&encoder->row, is_null ? nullptr
                                                  : OutputFunctionCall(&encoder->functions[i],
                                                                       slot->tts_values[index]));
        } else if (is_null) {
            AppendInt32(&encoder->row, -1);
        } else {
            bytea* bytes = SendFunctionCall(&encoder->functions[i], slot->tts_values[index]);
            const int length = static_cast<int>(VARSIZE(bytes) - VARHDRSZ);
            AppendInt32(&encoder->row, length);
            appendBinaryStringInfo(&encoder->row, VARDATA(bytes), length);
        }
    }
    if (!encoder->is_binary) appendStringInfoChar(&encoder->row, '\n');
    MemoryContextSwitchTo(caller);
    return {encoder->row.data, static_cast<size_t>(encoder->row.len)};
}

void AppendCopyText(StringInfo line, const char* value) {
    if (!value) {
        appendStringInfoString(line, "\\N");
        return;
    }
    for (const char* c = value; *c; c++) {
        switch (*c) {
        case '\\':
            appendStringInfoString(line, "\\\\");
            break;
        case '\n':
            appendStringInfoString(line, "\\n");
            break;
        case '\r':
            appendStringInfoString(line, "\\r");
            break;
        case '\t':
            appendStringInfoString(line, "\\t");
            break;
        default:
            appendStringInfoCharMacro(line, *c);
        }
    }
}

}  // namespace pgspan::cluster
