#include "engine/ddl/table_statistics.h"

#include "engine/ddl/shard_sizes.h"
#include "engine/executor/parameters.h"
#include "engine/executor/read_tasks.h"
#include "engine/pg/column_statistics.h"
#include "engine/pg/list.h"
#include "engine/pg/relation.h"

extern "C" {
#include "utils/acl.h"
#include "utils/sampling.h"
}

namespace pgspan::ddl {

namespace {

using pg::Each;

// ANALYZE does not look at values whose raw size is above 1 kB, which are the compressed ones and
// these. Where a type's own function looks at all of them, those that a heap tuple has room for are
// fetched.
constexpr int kFetchedBytesMax = 1024 + VARHDRSZ;
constexpr int kInlineBytesMax = 2048;

// Which columns the nodes return, and what of each row becomes of them.
struct SampleColumn {
    AttrNumber attribute;
    bool has_size;  // followed by the stored size; the value is NULL if that is too large
};

struct Sample {
    Relation relation;
    SampleColumn* columns;
    int column_count = 0;
    HeapTuple* rows;
    int count = 0;
    int capacity;
    double seen = 0;
    MemoryContext memory;
    Datum* values;
    bool* nulls;
};

executor::RowTypes AddColumns(Sample* sample, StringInfo list) {
    executor::RowTypes types = {};
    const TupleDesc descriptor = RelationGetDescr(sample->relation);
    sample->columns =
        static_cast<SampleColumn*>(palloc(sizeof(SampleColumn) * (descriptor->natts + 1)));
    for (AttrNumber attribute = 1; attribute <= descriptor->natts; attribute++) {
        const FormData_pg_attribute* column = TupleDescAttr(descriptor, attribute - 1);
        if (column->attisdropped) continue;
        const char* name = quote_identifier(NameStr(column->attname));
        const bool has_size = column->attlen == -1;
        const char* separator = list->len > 0 ? ", " : "";
        types.types = lappend_oid(types.types, column->atttypid);
        types.typmods = lappend_int(types.typmods, column->atttypmod);
        sample->columns[sample->column_count++] = {attribute, has_size};
        if (!has_size) {
            appendStringInfo(list, "%s%s", separator, name);
            continue;
        }
        const char* small =
            pg::AnalyzeLooksInside(column->atttypid)
                ? psprintf("pg_catalog.pg_column_size(%s) <= %d", name, kInlineBytesMax)
                : psprintf(
                      "pg_catalog.pg_column_size(%s) <= %d AND "
                      "pg_catalog.pg_column_compression(%s) IS NULL",
                      name, kFetchedBytesMax, name);
        appendStringInfo(list, "%sCASE WHEN %s THEN %s END, pg_catalog.pg_column_size(%s)",
                         separator, small, name, name);
        types.types = lappend_oid(types.types, INT4OID);
        types.typmods = lappend_int(types.typmods, -1);
    }
    if (sample->column_count > 0) return types;
    appendStringInfoString(list, "1");
    types.types = lappend_oid(types.types, INT4OID);
    types.typmods = lappend_int(types.typmods, -1);
    return types;
}

// ANALYZE's own way: as many blocks as rows are wanted at most, then a part of their rows. The
// node's share of the rows is as large as its share of the table.
struct Fractions {
    float4 percent_of_blocks;
    float8 of_rows;
};

Fractions FractionsFor(const ShardSizes& sizes, double rows, double wanted) {
    Fractions fractions = {100, 1};
    if (rows <= wanted) return fractions;
    fractions.percent_of_blocks =
        static_cast<float4>(std::min(100.0, 100.0 * wanted / std::max(sizes.pages, 1.0)));
    const double expected = rows * fractions.percent_of_blocks / 100;
    fractions.of_rows = std::min(1.0, wanted / expected);
    return fractions;
}

const ShardSizes* OfGroup(const List* sizes, Oid relation, int32 group_id) {
    for (const auto* item : Each<ShardSizes>(sizes))
        if (item->relation == relation && item->group_id == group_id) return item;
    return nullptr;
}

executor::TaskList SampleTasks(const metadata::Table& table, const char* columns, const List* sizes,
                               double total, int wanted) {
    plan::DistributedPlan plan = {};
    plan.sql = psprintf(
        "SELECT %s FROM %s TABLESAMPLE system ($1) WHERE pgspan.task_shards(%d, '%s', false) "
        "AND pg_catalog.random() < $2",
        columns, metadata::QualifiedContainerName(table), table.table_id, plan::kShardSetSlot);
    executor::TaskList tasks = executor::MakeFanOutTasks(plan, table);
    for (int i = 0; i < tasks.count; i++) {
        Fractions fractions = {100, 1};
        const ShardSizes* node = OfGroup(sizes, table.relation, tasks.tasks[i].group_id);
        if (node && total > wanted) {
            const double rows = RowsIn(*node, sizes);
            fractions = FractionsFor(*node, rows, wanted * rows / total);
        }
        const Oid types[] = {FLOAT4OID, FLOAT8OID};
        auto* values = static_cast<executor::ParameterSet*>(palloc(sizeof(executor::ParameterSet)));
        *values = executor::MakeValueSet(2, types);
        values->parameters[0].value = Float4GetDatum(fractions.percent_of_blocks);
        values->parameters[1].value = Float8GetDatum(fractions.of_rows);
        executor::EncodeParameters(values);
        tasks.tasks[i].parameters = values;
    }
    return tasks;
}

HeapTuple FormRow(Sample* sample, const Datum* values, const bool* nulls) {
    memset(sample->nulls, true, sizeof(bool) * RelationGetDescr(sample->relation)->natts);
    int at = 0;
    for (int i = 0; i < sample->column_count; i++) {
        const SampleColumn& column = sample->columns[i];
        Datum value = values[at];
        bool is_null = nulls[at];
        at++;
        if (column.has_size) {
            if (is_null && !nulls[at]) {
                value = pg::WideValue(DatumGetInt32(values[at]));
                is_null = false;
            }
            at++;
        }
        sample->values[column.attribute - 1] = value;
        sample->nulls[column.attribute - 1] = is_null;
    }
    return heap_form_tuple(RelationGetDescr(sample->relation), sample->values, sample->nulls);
}

// What the nodes return beyond the room (their sizes were wrong) replaces rows at random.
void Keep(Sample* sample, const Datum* values, const bool* nulls) {
    const MemoryContext outer = MemoryContextSwitchTo(sample->memory);
    sample->seen++;
    int place = sample->count;
    if (sample->count < sample->capacity) {
        sample->count++;
    } else {
        place = static_cast<int>(anl_random_fract() * sample->seen);
        if (place < sample->capacity) heap_freetuple(sample->rows[place]);
    }
    if (place < sample->capacity) sample->rows[place] = FormRow(sample, values, nulls);
    MemoryContextSwitchTo(outer);
}

Sample FetchSample(Relation relation, const metadata::Table& table, const List* sizes, double total,
                   int wanted) {
    Sample sample = {};
    sample.relation = relation;
    sample.memory = CurrentMemoryContext;
    // The rows come at random, about as many as wanted.
    sample.capacity = 2 * wanted;
    const int natts = RelationGetNumberOfAttributes(relation);
    sample.rows = static_cast<HeapTuple*>(palloc(sizeof(HeapTuple) * sample.capacity));
    sample.values = static_cast<Datum*>(palloc0(sizeof(Datum) * (natts + 1)));
    sample.nulls = static_cast<bool*>(palloc(sizeof(bool) * (natts + 1)));
    StringInfoData columns;
    initStringInfo(&columns);
    const executor::RowTypes types = AddColumns(&sample, &columns);
    executor::ReadTasks(
        SampleTasks(table, columns.data, sizes, total, wanted), types,
        [&](int, const Datum* values, const bool* nulls) { Keep(&sample, values, nulls); });
    return sample;
}

bool MayAnalyze(const metadata::Table& table) {
    if (!pg::OwnsRelation(GetUserId(), table.relation)) return false;
    if (pg_class_aclcheck(table.relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK) return true;
    ereport(WARNING,
            errmsg("skipping statistics of distributed table \"%s\"", get_rel_name(table.relation)),
            errdetail("They need a sample of its rows, which role \"%s\" may not read.",
                      GetUserNameFromId(GetUserId(), false)));
    return false;
}

}  // namespace

void GatherStatistics(Oid relation, const List* names) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table || !table->IsHash() || !MayAnalyze(*table)) return;
    const Relation shell = table_open(relation, ShareUpdateExclusiveLock);
    const MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan analyze", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext outer = MemoryContextSwitchTo(work);
    PushActiveSnapshot(GetTransactionSnapshot());
    List* sizes = ReadShardSizes(list_make1_oid(relation));
    const pg::RelationSize size = SizeOf(relation, sizes);
    List* columns = pg::ColumnsToAnalyze(shell, names);
    if (columns != NIL) {
        const Sample sample =
            FetchSample(shell, *table, sizes, size.tuples, pg::RowsToSample(shell, columns));
        // A table that grew since its shards were measured has at least the rows that came.
        pg::StoreStatistics(shell, columns, sample.rows, sample.count,
                            std::max(size.tuples, sample.seen));
    }
    pg::StoreRelationSize(shell, size);
    pg::ReportAnalyzed(shell, size.tuples, names == NIL);
    PopActiveSnapshot();
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(work);
    table_close(shell, NoLock);
}

void RefreshSizes(const List* relations) {
    List* own = NIL;
    for (const Oid relation : pg::EachOid(relations)) {
        const metadata::Table* table = metadata::FindTable(relation);
        if (table && table->IsHash() && pg::OwnsRelation(GetUserId(), relation))
            own = lappend_oid(own, relation);
    }
    PushActiveSnapshot(GetTransactionSnapshot());
    const List* sizes = ReadShardSizes(own);
    for (const Oid relation : pg::EachOid(own)) {
        const Relation shell = table_open(relation, ShareUpdateExclusiveLock);
        pg::StoreRelationSize(shell, SizeOf(relation, sizes));
        table_close(shell, NoLock);
    }
    PopActiveSnapshot();
}

}  // namespace pgspan::ddl
