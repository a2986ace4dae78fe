// pgspan.scatter and pgspan.scattered: the nodes that compute the rows of an exchange.
#include "engine/executor/exchange.h"
#include "engine/executor/wire_format.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"

extern "C" {
#include "port/pg_bswap.h"
#include "storage/lmgr.h"
}

using namespace pgspan;
using namespace pgspan::executor;

namespace {

// The first two arguments, after the state, are the table and the key.
constexpr int kFirstColumn = 3;
constexpr int kForAll = -2;  // as the index of a key

struct Destination {
    int32 group_id;
    BufFile* file;  // nullptr until there is a row
    StringInfoData chunk;
    uint64 rows;
};

struct Scatter {
    ExchangeHandle handle;
    const metadata::Table* table;
    int key;  // index of the distribution column among the values; -1: it is NULL in all rows;
              // kForAll
    FmgrInfo hash;  // of the key
    int column_count;
    ValueEncoder* columns;
    int destination_count;
    Destination* destinations;
    int* destination_of_shard;
};

const metadata::Table& TableOf(int32 table_id) {
    const metadata::Table* table = metadata::FindTableById(table_id);
    if (table != nullptr) {
        // Where its shards lie must not change before the rows are there.
        LockRelationOid(table->relation, AccessShareLock);
        table = metadata::FindTableById(table_id);
    }
    if (table == nullptr || !table->IsHash())
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("distributed table with id %d is unknown on this node", table_id));
    return *table;
}

void SetDestinations(Scatter* scatter) {
    if (scatter->key == kForAll) {
        scatter->destinations = static_cast<Destination*>(palloc0(sizeof(Destination)));
        scatter->destinations[0].group_id = kEveryGroup;
        scatter->destination_count = 1;
        return;
    }
    const int shards = scatter->table->shard_count;
    scatter->destinations = static_cast<Destination*>(palloc0(sizeof(Destination) * shards));
    scatter->destination_of_shard = static_cast<int*>(palloc(sizeof(int) * shards));
    for (int i = 0; i < shards; i++) {
        const int32 group = scatter->table->shard_groups[i];
        int found = 0;
        while (found < scatter->destination_count && scatter->destinations[found].group_id != group)
            found++;
        if (found == scatter->destination_count)
            scatter->destinations[scatter->destination_count++].group_id = group;
        scatter->destination_of_shard[i] = found;
    }
}

void SetHash(Scatter* scatter, Oid key_type) {
    if (!metadata::FindHashFunction(*scatter->table, key_type, &scatter->hash))
        ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
                errmsg("values of type %s do not hash like the distribution column of table \"%s\"",
                       format_type_be(key_type), get_rel_name(scatter->table->relation)));
}

Scatter* Begin(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_NARGS() <= kFirstColumn)
        ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                errmsg("pgspan.scatter needs a table, a key and values"));
    auto* scatter = static_cast<Scatter*>(palloc0(sizeof(Scatter)));
    scatter->table = &TableOf(PG_GETARG_INT32(1));
    scatter->key = PG_GETARG_INT32(2) - 1;
    scatter->column_count = PG_NARGS() - kFirstColumn;
    if (scatter->key >= scatter->column_count || scatter->key < kForAll)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("pgspan.scatter has no value %d", scatter->key + 1));
    if (scatter->key >= 0)
        SetHash(scatter, get_fn_expr_argtype(fcinfo->flinfo, kFirstColumn + scatter->key));
    scatter->columns =
        static_cast<ValueEncoder*>(palloc0(sizeof(ValueEncoder) * scatter->column_count));
    for (int i = 0; i < scatter->column_count; i++)
        scatter->columns[i] =
            MakeEncoder(get_fn_expr_argtype(fcinfo->flinfo, kFirstColumn + i), false);
    SetDestinations(scatter);
    scatter->handle = MakeHandle();
    return scatter;
}

void WriteChunk(Scatter* scatter, Destination* to) {
    if (to->file == nullptr)
        to->file =
            BufFileCreateFileSet(&scatter->handle.files, FileFor(scatter->handle, to->group_id));
    auto length = static_cast<uint32>(to->chunk.len);
    BufFileWrite(to->file, &length, sizeof(length));
    BufFileWrite(to->file, to->chunk.data, length);
    resetStringInfo(&to->chunk);
}

void AppendColumn(ValueEncoder* encoder, const NullableDatum& value, StringInfo out) {
    uint32 length = pg_hton32(static_cast<uint32>(-1));
    const int at = out->len;
    appendBinaryStringInfo(out, reinterpret_cast<const char*>(&length), sizeof(length));
    if (value.isnull) return;
    AppendValue(encoder, value.value, out);
    length = pg_hton32(static_cast<uint32>(out->len - at - static_cast<int>(sizeof(length))));
    memcpy(out->data + at, &length, sizeof(length));
}

int ShardOf(Scatter* scatter, const NullableDatum* values) {
    if (scatter->key < 0) return metadata::ShardIndexFor(*scatter->table, Datum(0), true);
    const NullableDatum& key = values[scatter->key];
    return metadata::ShardIndexFor(*scatter->table, key.value, key.isnull, &scatter->hash);
}

void AddRow(Scatter* scatter, const NullableDatum* values, MemoryContext memory) {
    Destination* to = &scatter->destinations[0];
    if (scatter->key != kForAll) to += scatter->destination_of_shard[ShardOf(scatter, values)];
    if (to->chunk.data == nullptr || to->chunk.len >= kChunkBytes) {
        const MemoryContext outer = MemoryContextSwitchTo(memory);
        if (to->chunk.data == nullptr)
            initStringInfo(&to->chunk);
        else
            WriteChunk(scatter, to);
        MemoryContextSwitchTo(outer);
    }
    for (int i = 0; i < scatter->column_count; i++)
        AppendColumn(&scatter->columns[i], values[i], &to->chunk);
    to->rows++;
}

}  // namespace

PGSPAN_FUNCTION(pgspan_scatter_row) {
    MemoryContext memory = nullptr;
    if (AggCheckCallContext(fcinfo, &memory) != AGG_CONTEXT_AGGREGATE)
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("pgspan.scatter_row cannot be called but by its aggregate"));
    auto* scatter = PG_ARGISNULL(0) ? nullptr : reinterpret_cast<Scatter*>(PG_GETARG_POINTER(0));
    if (scatter == nullptr) {
        const MemoryContext outer = MemoryContextSwitchTo(memory);
        scatter = Begin(fcinfo);
        MemoryContextSwitchTo(outer);
    }
    AddRow(scatter, &fcinfo->args[kFirstColumn], memory);
    PG_RETURN_POINTER(scatter);
}

PGSPAN_FUNCTION(pgspan_scatter_handle) {
    if (AggCheckCallContext(fcinfo, nullptr) != AGG_CONTEXT_AGGREGATE)
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("pgspan.scatter_handle cannot be called but by its aggregate"));
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    auto* scatter = reinterpret_cast<Scatter*>(PG_GETARG_POINTER(0));
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfoString(&text, FormatHandle(scatter->handle));
    for (int i = 0; i < scatter->destination_count; i++) {
        Destination* to = &scatter->destinations[i];
        if (to->rows == 0) continue;
        WriteChunk(scatter, to);
        BufFileExportFileSet(to->file);
        BufFileClose(to->file);
        appendStringInfo(&text, " %d=" UINT64_FORMAT, to->group_id, to->rows);
    }
    PG_RETURN_TEXT_P(cstring_to_text(text.data));
}

PGSPAN_FUNCTION(pgspan_scattered) {
    FuncCallContext* call = nullptr;
    if (SRF_IS_FIRSTCALL()) {
        call = SRF_FIRSTCALL_INIT();
        const MemoryContext outer = MemoryContextSwitchTo(call->multi_call_memory_ctx);
        auto* opened = static_cast<ChunkReader*>(palloc(sizeof(ChunkReader)));
        *opened = OpenChunks(ParseHandle(text_to_cstring(PG_GETARG_TEXT_PP(0))), PG_GETARG_INT32(1),
                             PG_GETARG_BOOL(2));
        call->user_fctx = opened;
        MemoryContextSwitchTo(outer);
    }
    call = SRF_PERCALL_SETUP();
    bytea* chunk = NextChunk(static_cast<ChunkReader*>(call->user_fctx));
    if (chunk == nullptr) SRF_RETURN_DONE(call);
    SRF_RETURN_NEXT(call, PointerGetDatum(chunk));
}
