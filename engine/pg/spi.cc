#include "engine/pg/spi.h"

#include "engine/pg/entry.h"

extern "C" {
#include "executor/spi.h"
}

namespace pgspan::pg {

namespace {

int depth = 0;

void Execute(const char* sql) {
    int code = 0;
    depth++;
    ErrorData* error = Capture([&] { code = SPI_execute(sql, false, 0); });
    depth--;
    if (error) ReThrowError(error);
    if (code < 0) elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
}

uint64 Connect(const char* sql) {
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    Execute(sql);
    return SPI_processed;
}

}  // namespace

bool RunsOwnSql() {
    return depth > 0;
}

uint64 RunSql(const char* sql) {
    const uint64 processed = Connect(sql);
    SPI_finish();
    return processed;
}

uint64 RunSqlOver(const char* sql, const char* name, Tuplestorestate* rows, TupleDesc columns) {
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    auto* relation =
        static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
    relation->md.name = pstrdup(name);
    relation->md.reliddesc = InvalidOid;
    relation->md.tupdesc = columns;
    relation->md.enrtype = ENR_NAMED_TUPLESTORE;
    relation->md.enrtuples = static_cast<double>(tuplestore_tuple_count(rows));
    relation->reldata = rows;
    if (SPI_register_relation(relation) != SPI_OK_REL_REGISTER)
        elog(ERROR, "SPI_register_relation failed");
    Execute(sql);
    const uint64 processed = SPI_processed;
    SPI_finish();
    return processed;
}

List* QueryRows(const char* sql, int* columns) {
    const MemoryContext caller = CurrentMemoryContext;
    const uint64 rows = Connect(sql);
    List* result = NIL;
    if (columns) *columns = 0;
    if (SPI_tuptable != nullptr) {
        const TupleDesc desc = SPI_tuptable->tupdesc;
        if (columns) *columns = desc->natts;
        for (uint64 r = 0; r < rows; r++) {
            const MemoryContext spi = MemoryContextSwitchTo(caller);
            auto** values = static_cast<char**>(palloc0(sizeof(char*) * (desc->natts + 1)));
            for (int c = 0; c < desc->natts; c++)
                values[c] = SPI_getvalue(SPI_tuptable->vals[r], desc, c + 1);
            result = lappend(result, values);
            MemoryContextSwitchTo(spi);
        }
    }
    SPI_finish();
    return result;
}

char* QueryText(const char* sql) {
    List* rows = QueryRows(sql, nullptr);
    return rows == NIL ? nullptr : static_cast<char**>(linitial(rows))[0];
}

}  // namespace pgspan::pg
