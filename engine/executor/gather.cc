// pgspan.gather: the nodes that take the rows of an exchange.
#include "engine/connection/connection.h"
#include "engine/executor/exchange.h"
#include "engine/executor/parameters.h"
#include "engine/executor/row_decoder.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"

extern "C" {
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
}

using namespace pgspan;
using namespace pgspan::executor;

namespace {

// A node that keeps rows for this one, and the connection by which it is asked for them; none if it
// is this node.
struct Source : connection::Reader {
    const char* handle = nullptr;
    connection::Connection* connection = nullptr;
    MemoryContextCallback forget = {};
};

struct Rows {
    RowDecoder* decoder;
    ReturnSetInfo* result;
    Datum* values;
    bool* nulls;
    MemoryContext memory;  // of one chunk
};

void Forget(void* source) {
    connection::Abandon(static_cast<Source*>(source));
}

void Ask(Source* source, int32 group_id, bool once) {
    const Oid types[] = {TEXTOID, INT4OID, BOOLOID};
    const char* values[] = {source->handle, psprintf("%d", group_id), once ? "t" : "f"};
    connection::Statement statement = {"SELECT pgspan.scattered($1, $2, $3)"};
    statement.parameter_count = 3;
    statement.types = types;
    statement.values = values;
    statement.binary_result = true;
    statement.prepare = true;
    // Registered first: whatever happens from now on, the connection must not keep the source.
    source->forget.func = Forget;
    source->forget.arg = source;
    MemoryContextRegisterResetCallback(CurrentMemoryContext, &source->forget);
    connection::Send(source->connection, statement, source);
}

// A chunk is whole rows, one behind the other; the byte after it can be written.
void TakeChunk(Rows* rows, char* data, int length) {
    const char* end = data + length;
    while (data < end) {
        CHECK_FOR_INTERRUPTS();
        const MemoryContext outer = MemoryContextSwitchTo(rows->memory);
        data += DecodePackedRow(rows->decoder, data, static_cast<int>(end - data), rows->values,
                                rows->nulls);
        MemoryContextSwitchTo(outer);
        tuplestore_putvalues(rows->result->setResult, rows->result->setDesc, rows->values,
                             rows->nulls);
        MemoryContextReset(rows->memory);
    }
}

void TakeOwn(Rows* rows, const char* handle, int32 group_id, bool once) {
    ChunkReader reader = OpenChunks(ParseHandle(handle), group_id, once);
    while (bytea* chunk = NextChunk(&reader)) {
        TakeChunk(rows, VARDATA(chunk), static_cast<int>(VARSIZE(chunk) - VARHDRSZ));
        pfree(chunk);
    }
}

void TakeSent(Rows* rows, Source* source) {
    PGresult* row = nullptr;
    while (connection::FetchRowWaiting(source->connection, &row))
        TakeChunk(rows, PQgetvalue(row, 0, 0), PQgetlength(row, 0, 0));
}

RowDecoder* DecoderOf(TupleDesc desc) {
    List* types = NIL;
    List* typmods = NIL;
    for (int i = 0; i < desc->natts; i++) {
        types = lappend_oid(types, TupleDescAttr(desc, i)->atttypid);
        typmods = lappend_int(typmods, TupleDescAttr(desc, i)->atttypmod);
    }
    return MakePackedDecoder(types, typmods);
}

// One for each word of the text.
List* SourcesOf(char* handles) {
    List* sources = NIL;
    List* groups = NIL;  // of the sources, in order
    char* rest = nullptr;
    for (char* word = strtok_r(handles, " ", &rest); word; word = strtok_r(nullptr, " ", &rest)) {
        auto* source = new (palloc(sizeof(Source))) Source();
        source->handle = word;
        sources = lappend(sources, source);
        groups = lappend_int(groups, ParseHandle(word).group_id);
    }
    auto* others = static_cast<int32*>(palloc(sizeof(int32) * (list_length(groups) + 1)));
    size_t count = 0;
    for (const int group : pg::EachInt(groups))
        if (group != metadata::LocalGroup()) others[count++] = group;
    connection::OpenAll({others, count});
    int i = 0;
    for (auto* source : pg::Each<Source>(sources)) {
        const int group = list_nth_int(groups, i++);
        if (group != metadata::LocalGroup()) source->connection = connection::ForGroup(group);
    }
    return sources;
}

}  // namespace

PGSPAN_FUNCTION(pgspan_gather) {
    InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    const int32 group_id = PG_GETARG_INT32(1);
    const bool once = PG_GETARG_BOOL(3);
    Rows rows = {};
    rows.result = result;
    rows.decoder = DecoderOf(result->setDesc);
    rows.values = static_cast<Datum*>(palloc(sizeof(Datum) * (result->setDesc->natts + 1)));
    rows.nulls = static_cast<bool*>(palloc(sizeof(bool) * (result->setDesc->natts + 1)));
    rows.memory = AllocSetContextCreate(CurrentMemoryContext, "pgspan row", ALLOCSET_DEFAULT_SIZES);
    List* sources = SourcesOf(text_to_cstring(PG_GETARG_TEXT_PP(0)));
    for (auto* source : pg::Each<Source>(sources))
        if (source->connection != nullptr) Ask(source, group_id, once);
    for (auto* source : pg::Each<Source>(sources))
        if (source->connection == nullptr)
            TakeOwn(&rows, source->handle, group_id, once);
        else
            TakeSent(&rows, source);
    MemoryContextDelete(rows.memory);
    return Datum{0};
}

// PostgreSQL asks how many rows a call returns: the statement says so itself.
PGSPAN_FUNCTION(pgspan_gather_support) {
    auto* request = reinterpret_cast<Node*>(PG_GETARG_POINTER(0));
    if (!IsA(request, SupportRequestRows)) PG_RETURN_POINTER(nullptr);
    auto* rows = reinterpret_cast<SupportRequestRows*>(request);
    if (!rows->node || !IsA(rows->node, FuncExpr)) PG_RETURN_POINTER(nullptr);
    const auto* call = reinterpret_cast<FuncExpr*>(rows->node);
    const Node* count =
        estimate_expression_value(rows->root, static_cast<Node*>(list_nth(call->args, 2)));
    if (!IsA(count, Const) || reinterpret_cast<const Const*>(count)->constisnull)
        PG_RETURN_POINTER(nullptr);
    rows->rows = DatumGetFloat8(reinterpret_cast<const Const*>(count)->constvalue);
    PG_RETURN_POINTER(rows);
}
