// Hashing as containers do it, for SQL: the hash of enums by label, and the remainder of any value.
#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

extern "C" {
#include "catalog/pg_enum.h"
#include "common/hashfn.h"
#include "partitioning/partbounds.h"
#include "utils/partcache.h"
}

using namespace pgspan;

namespace {

uint64 HashLabel(Oid value, uint64 seed) {
    const HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
    if (!HeapTupleIsValid(tuple))
        ereport(ERROR, errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
                errmsg("invalid internal value for enum: %u", value));
    const char* label = NameStr(reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple))->enumlabel);
    const uint64 hash = hash_bytes_extended(reinterpret_cast<const unsigned char*>(label),
                                            static_cast<int>(strlen(label)), seed);
    ReleaseSysCache(tuple);
    return hash;
}

// What hash_remainder keeps between calls: the partition key's hash function.
struct RemainderState {
    Oid container;
    FmgrInfo function;
    Oid collation;
};

RemainderState* StateFor(FunctionCallInfo fcinfo, Oid container) {
    auto* state = static_cast<RemainderState*>(fcinfo->flinfo->fn_extra);
    if (state && state->container == container) return state;
    const Relation relation = table_open(container, AccessShareLock);
    const PartitionKey key = RelationGetPartitionKey(relation);
    if (!key || key->strategy != PARTITION_STRATEGY_HASH || key->partnatts != 1)
        ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
                errmsg("\"%s\" is not partitioned by the hash of one column",
                       RelationGetRelationName(relation)));
    const Oid type = get_fn_expr_argtype(fcinfo->flinfo, 2);
    if (getBaseType(type) != getBaseType(key->parttypid[0]))
        ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
                errmsg("value of type %s cannot be hashed as %s", format_type_be(type),
                       format_type_be(key->parttypid[0])));
    state = static_cast<RemainderState*>(
        MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RemainderState)));
    fmgr_info_copy(&state->function, &key->partsupfunc[0], fcinfo->flinfo->fn_mcxt);
    state->collation = key->partcollation[0];
    state->container = container;
    table_close(relation, NoLock);
    fcinfo->flinfo->fn_extra = state;
    return state;
}

}  // namespace

PGSPAN_FUNCTION(pgspan_hash_enum_label) {
    PG_RETURN_INT32(static_cast<int32>(HashLabel(PG_GETARG_OID(0), 0)));
}

PGSPAN_FUNCTION(pgspan_hash_enum_label_extended) {
    PG_RETURN_DATUM(
        UInt64GetDatum(HashLabel(PG_GETARG_OID(0), static_cast<uint64>(PG_GETARG_INT64(1)))));
}

// pgspan.hash_remainder(container, modulus, value): NULL hashes to 0, as in PostgreSQL's
// partitioning.
PGSPAN_FUNCTION(pgspan_hash_remainder) {
    if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) PG_RETURN_NULL();
    RemainderState* state = StateFor(fcinfo, PG_GETARG_OID(0));
    const int32 modulus = PG_GETARG_INT32(1);
    if (modulus < 1)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("modulus must be positive"));
    Datum value = PG_ARGISNULL(2) ? Datum{0} : PG_GETARG_DATUM(2);
    bool is_null = PG_ARGISNULL(2);
    const uint64 hash =
        compute_partition_hash_value(1, &state->function, &state->collation, &value, &is_null);
    PG_RETURN_INT32(static_cast<int32>(hash % static_cast<uint64>(modulus)));
}
