// Hashing as PostgreSQL does it for partitions, for SQL: the hash of enums by label, the remainder
// of any value in a container, and of the hashes of a partition key.
#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

extern "C" {
#include "catalog/pg_enum.h"
#include "common/hashfn.h"
#include "partitioning/partbounds.h"
#include "utils/partcache.h"
#include "utils/typcache.h"
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

// pgspan.hash_of(value, seed): by the default hash of the value's type.
PGSPAN_FUNCTION(pgspan_hash_of) {
    const auto* entry = static_cast<const TypeCacheEntry*>(fcinfo->flinfo->fn_extra);
    if (!entry) {
        const Oid type = get_fn_expr_argtype(fcinfo->flinfo, 0);
        entry = lookup_type_cache(type, TYPECACHE_HASH_EXTENDED_PROC_FINFO);
        if (!OidIsValid(entry->hash_extended_proc_finfo.fn_oid))
            ereport(ERROR, errcode(ERRCODE_UNDEFINED_FUNCTION),
                    errmsg("could not identify an extended hash function for type %s",
                           format_type_be(type)));
        fcinfo->flinfo->fn_extra = const_cast<TypeCacheEntry*>(entry);
    }
    PG_RETURN_DATUM(FunctionCall2Coll(const_cast<FmgrInfo*>(&entry->hash_extended_proc_finfo),
                                      PG_GET_COLLATION(), PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

// pgspan.remainder_of_hashes(modulus, hashes): NULLs do not count, as in PostgreSQL's partitioning.
PGSPAN_FUNCTION(pgspan_remainder_of_hashes) {
    Datum* hashes = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
                      TYPALIGN_DOUBLE, &hashes, &nulls, &count);
    const int32 modulus = PG_GETARG_INT32(0);
    if (modulus < 1)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("modulus must be positive"));
    uint64 row_hash = 0;
    for (int i = 0; i < count; i++)
        if (!nulls[i]) row_hash = hash_combine64(row_hash, DatumGetUInt64(hashes[i]));
    PG_RETURN_INT32(static_cast<int32>(row_hash % static_cast<uint64>(modulus)));
}
