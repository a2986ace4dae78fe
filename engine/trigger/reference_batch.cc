#include "engine/trigger/reference_batch.h"

#include "engine/metadata/foreign_keys.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"
#include "engine/trigger/matching.h"

extern "C" {
#include "executor/spi.h"
#include "utils/array.h"
}

namespace pgspan::trigger {

namespace {

constexpr int64 kWindowMax = 8192;
// A query to all nodes is worth while for so many keys a node that holds rows.
constexpr int kKeysPerNode = 4;

// The rows in a window that one trigger checks.
struct Batch {
    const Firing* firing;
    int index;
    int64 keys_min;  // fewer are left to PostgreSQL; 0: all are
    metadata::ForeignKey key;
    ArrayBuildState* columns[INDEX_MAX_KEYS];
    List* found;  // of uint64*, by row
};

int NodesOf(const metadata::Table& table) {
    List* groups = NIL;
    for (int32 i = 0; i < table.shard_count; i++)
        groups = list_append_unique_int(groups, table.shard_groups[i]);
    const int count = list_length(groups);
    list_free(groups);
    return count;
}

// unnest() gives the elements of arrays of arrays, and the columns of composite values.
bool CanBeUnnested(Oid type) {
    const Oid base = getBaseType(type);
    return OidIsValid(get_array_type(type)) && !OidIsValid(get_base_element_type(base)) &&
           get_typtype(base) != TYPTYPE_COMPOSITE;
}

Form_pg_attribute ColumnOf(const Firing* firing, const metadata::ForeignKey& key, int i) {
    return TupleDescAttr(RelationGetDescr(firing->relation), key.columns[i] - 1);
}

Batch* BatchOf(LookAhead* ahead, const Firing* firing, int index) {
    for (auto* batch : pg::Each<Batch>(ahead->batches))
        if (batch->firing == firing && batch->index == index) return batch;
    auto* batch = static_cast<Batch*>(palloc0(sizeof(Batch)));
    batch->firing = firing;
    batch->index = index;
    batch->key = metadata::ReadForeignKey(firing->triggers->triggers[index].tgconstraint);
    if (CanLookAhead(firing, index))
        batch->keys_min =
            int64{kKeysPerNode} * NodesOf(*metadata::FindTable(batch->key.referenced));
    ahead->batches = lappend(ahead->batches, batch);
    return batch;
}

bool HasNull(const metadata::ForeignKey& key, TupleTableSlot* row) {
    for (int i = 0; i < key.column_count; i++)
        if (slot_attisnull(row, key.columns[i])) return true;
    return false;
}

// The operators compare as PostgreSQL's query for one key does, which has a parameter on the right.
const char* QueryOf(const Batch& batch) {
    const Oid referenced = batch.key.referenced;
    StringInfoData arrays;
    StringInfoData names;
    StringInfoData conditions;
    for (StringInfo text : {&arrays, &names, &conditions}) initStringInfo(text);
    for (int i = 0; i < batch.key.column_count; i++) {
        const AttrNumber number = batch.key.referenced_columns[i];
        appendStringInfo(&arrays, "%spg_catalog.unnest($%d)", i > 0 ? ", " : "", i + 1);
        appendStringInfo(&names, "c%d, ", i + 1);
        if (i > 0) appendStringInfoString(&conditions, " AND ");
        generate_operator_clause(
            &conditions, psprintf("x.%s", quote_identifier(get_attname(referenced, number, false))),
            get_atttype(referenced, number), batch.key.equality[i], psprintf("k.c%d", i + 1),
            ColumnOf(batch.firing, batch.key, i)->atttypid);
    }
    return psprintf(
        "SELECT k.n FROM ONLY %s x, ROWS FROM (%s) WITH ORDINALITY k (%sn) WHERE %s"
        " FOR KEY SHARE OF x",
        quote_qualified_identifier(get_namespace_name(get_rel_namespace(referenced)),
                                   get_rel_name(referenced)),
        arrays.data, names.data, conditions.data);
}

void MarkFound(const Batch& batch) {
    for (uint64 i = 0; i < SPI_processed; i++) {
        bool is_null = false;
        const Datum number =
            SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null);
        auto* found = static_cast<uint64*>(
            list_nth(batch.found, static_cast<int>(DatumGetInt64(number)) - 1));
        *found |= UINT64CONST(1) << batch.index;
    }
}

void Run(const Batch& batch) {
    Oid types[INDEX_MAX_KEYS];
    Datum arrays[INDEX_MAX_KEYS];
    for (int i = 0; i < batch.key.column_count; i++) {
        types[i] = get_array_type(ColumnOf(batch.firing, batch.key, i)->atttypid);
        arrays[i] = makeArrayResult(batch.columns[i], CurrentMemoryContext);
    }
    if (SPI_connect() != SPI_OK_CONNECT) elog(ERROR, "SPI_connect failed");
    const pg::UserSwitch caller = pg::BecomeOwnerOf(batch.key.referenced);
    pg::IgnoreForcedPolicies();
    const int code = SPI_execute_with_args(QueryOf(batch), batch.key.column_count, types, arrays,
                                           nullptr, false, 0);
    pg::ReturnToUser(caller);
    if (code != SPI_OK_SELECT)
        elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(code));
    MarkFound(batch);
    SPI_finish();
}

}  // namespace

bool CanLookAhead(const Firing* firing, int index) {
    const Trigger& trigger = firing->triggers->triggers[index];
    if (!trigger.tgisinternal || !ChecksReference(trigger)) return false;
    const metadata::ForeignKey key = metadata::ReadForeignKey(trigger.tgconstraint);
    const metadata::Table* referenced = metadata::FindTable(key.referenced);
    if (!referenced || !referenced->IsHash()) return false;
    for (int i = 0; i < key.column_count; i++)
        if (!CanBeUnnested(ColumnOf(firing, key, i)->atttypid)) return false;
    return true;
}

LookAhead* BeginLookAhead() {
    auto* ahead = static_cast<LookAhead*>(palloc0(sizeof(LookAhead)));
    ahead->memory = AllocSetContextCreate(CurrentMemoryContext, "pgspan references ahead",
                                          ALLOCSET_DEFAULT_SIZES);
    ahead->size = kWindowMax;
    ahead->writes = WritesBegun();
    return ahead;
}

bool NeedsWindow(const LookAhead* ahead, int64 position) {
    return position >= ahead->end || ahead->writes != WritesBegun();
}

void BeginWindow(LookAhead* ahead, int64 position) {
    if (ahead->writes != WritesBegun())
        ahead->size = 1;
    else if (position > 0)
        ahead->size = Min(ahead->size * 2, kWindowMax);
    MemoryContextReset(ahead->memory);
    ahead->batches = NIL;
    ahead->end = position + ahead->size;
}

bool HasSpace(const LookAhead* ahead, int64 position) {
    return position < ahead->end &&
           MemoryContextMemAllocated(ahead->memory, true) < static_cast<Size>(work_mem) * 1024;
}

void AddReference(LookAhead* ahead, Firing* firing, int index, TupleTableSlot* row, uint64* found) {
    const MemoryContext outer = MemoryContextSwitchTo(ahead->memory);
    Batch* batch = BatchOf(ahead, firing, index);
    if (batch->keys_min > 0 && !HasNull(batch->key, row)) {
        for (int i = 0; i < batch->key.column_count; i++) {
            bool is_null = false;
            const Datum value = slot_getattr(row, batch->key.columns[i], &is_null);
            batch->columns[i] =
                accumArrayResult(batch->columns[i], value, is_null,
                                 ColumnOf(firing, batch->key, i)->atttypid, ahead->memory);
        }
        batch->found = lappend(batch->found, found);
    }
    MemoryContextSwitchTo(outer);
}

void FindReferences(LookAhead* ahead, int64 position) {
    const MemoryContext outer = MemoryContextSwitchTo(ahead->memory);
    ahead->end = position;
    for (const auto* batch : pg::Each<Batch>(ahead->batches))
        if (batch->keys_min > 0 && list_length(batch->found) >= batch->keys_min) Run(*batch);
    ahead->writes = WritesBegun();
    MemoryContextSwitchTo(outer);
}

bool IsFound(const LookAhead* ahead, int index, uint64 found) {
    return (found & (UINT64CONST(1) << index)) != 0 && ahead->writes == WritesBegun();
}

}  // namespace pgspan::trigger
