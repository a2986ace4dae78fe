// Names of shards, and the shard of a value.
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"

using namespace pgspan;

namespace {

const metadata::Table& RequireTable(Oid relation) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table) {
        const char* name = get_rel_name(relation);
        ereport(
            ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
            errmsg("relation \"%s\" is not distributed", name ? name : psprintf("%u", relation)));
    }
    return *table;
}

int32 IndexOfShard(const metadata::Table& table, int64 shard_id) {
    for (int32 i = 0; i < table.shard_count; i++)
        if (table.shard_ids[i] == shard_id) return i;
    ereport(
        ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
        errmsg("table \"%s\" has no shard " INT64_FORMAT, get_rel_name(table.relation), shard_id));
    pg_unreachable();
}

// The shard of a value of any type: by the operator family if it can hash that type, else by way of
// its text.
int32 IndexFor(const metadata::Table& table, Datum value, Oid type) {
    if (type != UNKNOWNOID) {
        const int32 index = metadata::ShardIndexFor(table, value, false, type);
        if (index >= 0) return index;
    }
    char* text = nullptr;
    if (type == UNKNOWNOID) {
        text = DatumGetCString(value);
    } else {
        Oid output = InvalidOid;
        bool is_varlena = false;
        getTypeOutputInfo(type, &output, &is_varlena);
        text = OidOutputFunctionCall(output, value);
    }
    Oid input = InvalidOid;
    Oid parameter = InvalidOid;
    getTypeInputInfo(table.distribution_type, &input, &parameter);
    return metadata::ShardIndexFor(
        table, OidInputFunctionCall(input, text, parameter, table.distribution_typmod), false);
}

}  // namespace

// shard_name(table_name, shard_id): the qualified name of the shard's table on its node.
PGSPAN_FUNCTION(pgspan_shard_name) {
    const metadata::Table& table = RequireTable(PG_GETARG_OID(0));
    const int32 index = IndexOfShard(table, PG_GETARG_INT64(1));
    if (table.IsReference())
        PG_RETURN_TEXT_P(cstring_to_text(quote_qualified_identifier(
            get_namespace_name(get_rel_namespace(table.relation)), get_rel_name(table.relation))));
    PG_RETURN_TEXT_P(cstring_to_text(metadata::QualifiedShardName(table, index)));
}

// get_shard_id_for_distribution_column(table_name, distribution_value)
PGSPAN_FUNCTION(pgspan_shard_id_for_value) {
    if (PG_ARGISNULL(0))
        ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                errmsg("table_name must not be null"));
    const metadata::Table& table = RequireTable(PG_GETARG_OID(0));
    if (table.IsReference()) PG_RETURN_INT64(table.shard_ids[0]);
    if (PG_ARGISNULL(1))
        PG_RETURN_INT64(table.shard_ids[metadata::ShardIndexFor(table, Datum{0}, true)]);
    PG_RETURN_INT64(table.shard_ids[IndexFor(table, PG_GETARG_DATUM(1),
                                             get_fn_expr_argtype(fcinfo->flinfo, 1))]);
}
