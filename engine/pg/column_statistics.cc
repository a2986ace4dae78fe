#include "engine/pg/column_statistics.h"

#include "engine/pg/list.h"

extern "C" {
#include "access/detoast.h"
#include "access/multixact.h"
#include "catalog/indexing.h"
#include "catalog/pg_statistic.h"
#include "commands/vacuum.h"
#include "parser/parse_relation.h"
#include "pgstat.h"
#include "statistics/statistics.h"
#include "utils/attoptcache.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
}

namespace pgspan::pg {

struct AnalyzedColumn {
    AttrNumber attribute;
    bool looks_inside;  // a typanalyze function of the type's own reads whole values
    VacAttrStats* stats;
};

namespace {

constexpr uint32 kWideBytes = 2048;  // more than ANALYZE looks at

int StatisticsTarget(Relation relation, const FormData_pg_attribute* column) {
#if PG_VERSION_NUM >= 170000
    const HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(RelationGetRelid(relation)),
                                            Int16GetDatum(column->attnum));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for attribute %d of relation %u", column->attnum,
             RelationGetRelid(relation));
    bool is_null = false;
    const Datum target = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attstattarget, &is_null);
    const int value = is_null ? -1 : DatumGetInt16(target);
    ReleaseSysCache(tuple);
    return value;
#else
    (void)relation;
    return column->attstattarget;
#endif
}

void SetTarget(VacAttrStats* stats, const FormData_pg_attribute* column, int target) {
#if PG_VERSION_NUM >= 170000
    (void)column;
    stats->attstattarget = target;
#else
    (void)target;
    stats->attr = static_cast<Form_pg_attribute>(palloc(ATTRIBUTE_FIXED_PART_SIZE));
    memcpy(stats->attr, column, ATTRIBUTE_FIXED_PART_SIZE);
#endif
}

// False if PostgreSQL has no statistics for the type.
bool Prepare(VacAttrStats* stats, Oid type, int32 typmod, Oid collation) {
    stats->attrtypid = type;
    stats->attrtypmod = typmod;
    stats->attrcollid = collation;
    const HeapTuple tuple = SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
    stats->attrtype = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
    stats->anl_context = CurrentMemoryContext;
    for (int slot = 0; slot < STATISTIC_NUM_SLOTS; slot++) {
        stats->statypid[slot] = stats->attrtypid;
        stats->statyplen[slot] = stats->attrtype->typlen;
        stats->statypbyval[slot] = stats->attrtype->typbyval;
        stats->statypalign[slot] = stats->attrtype->typalign;
    }
    const Oid own = stats->attrtype->typanalyze;
    const bool wanted = OidIsValid(own)
                            ? DatumGetBool(OidFunctionCall1(own, PointerGetDatum(stats)))
                            : std_typanalyze(stats);
    return wanted && stats->compute_stats && stats->minrows > 0;
}

// nullptr if the column is not to be analyzed, or cannot be.
AnalyzedColumn* Examine(Relation relation, AttrNumber attribute) {
    const FormData_pg_attribute* column = TupleDescAttr(RelationGetDescr(relation), attribute - 1);
    if (column->attisdropped) return nullptr;
    const int target = StatisticsTarget(relation, column);
    if (target == 0) return nullptr;
    auto* stats = static_cast<VacAttrStats*>(palloc0(sizeof(VacAttrStats)));
    SetTarget(stats, column, target);
    stats->tupattnum = attribute;
    if (!Prepare(stats, column->atttypid, column->atttypmod, column->attcollation)) return nullptr;
    auto* analyzed = static_cast<AnalyzedColumn*>(palloc(sizeof(AnalyzedColumn)));
    *analyzed = {attribute, OidIsValid(stats->attrtype->typanalyze), stats};
    return analyzed;
}

Datum FetchFromTuple(VacAttrStatsP stats, int row, bool* is_null) {
    return heap_getattr(stats->rows[row], stats->tupattnum, stats->tupDesc, is_null);
}

Datum FetchFromValues(VacAttrStatsP stats, int row, bool* is_null) {
    *is_null = stats->exprnulls[row];
    return stats->exprvals[row];
}

bool IsStandIn(Datum value) {
    return VARATT_IS_EXTERNAL(DatumGetPointer(value)) ||
           VARATT_IS_COMPRESSED(DatumGetPointer(value));
}

// The rows whose value in the column was fetched.
HeapTuple* RowsWithValue(Relation relation, AttrNumber attribute, HeapTuple* rows, int* count) {
    const FormData_pg_attribute* column = TupleDescAttr(RelationGetDescr(relation), attribute - 1);
    if (column->attlen != -1) return rows;
    auto** kept = static_cast<HeapTuple*>(palloc(sizeof(HeapTuple) * (*count + 1)));
    int kept_count = 0;
    for (int i = 0; i < *count; i++) {
        bool is_null = false;
        const Datum value = heap_getattr(rows[i], attribute, RelationGetDescr(relation), &is_null);
        if (is_null || !IsStandIn(value)) kept[kept_count++] = rows[i];
    }
    *count = kept_count;
    return kept;
}

void Compute(Relation relation, AnalyzedColumn* column, HeapTuple* rows, int count,
             double total_rows) {
    if (column->looks_inside) rows = RowsWithValue(relation, column->attribute, rows, &count);
    if (count == 0) return;
    column->stats->rows = rows;
    column->stats->tupDesc = RelationGetDescr(relation);
    column->stats->compute_stats(column->stats, FetchFromTuple, count, total_rows);
    const AttributeOpts* options =
        get_attribute_options(RelationGetRelid(relation), column->attribute);
    if (options && options->n_distinct != 0.0)
        column->stats->stadistinct = static_cast<float4>(options->n_distinct);
}

// A row of pg_statistic; the columns that are arrays of values have the pseudo-type anyarray.
void FillTuple(Oid relation, const AnalyzedColumn* column, Datum* values, bool* nulls) {
    const VacAttrStats* stats = column->stats;
    memset(nulls, 0, sizeof(bool) * Natts_pg_statistic);
    values[Anum_pg_statistic_starelid - 1] = ObjectIdGetDatum(relation);
    values[Anum_pg_statistic_staattnum - 1] = Int16GetDatum(column->attribute);
    values[Anum_pg_statistic_stainherit - 1] = BoolGetDatum(false);
    values[Anum_pg_statistic_stanullfrac - 1] = Float4GetDatum(stats->stanullfrac);
    values[Anum_pg_statistic_stawidth - 1] = Int32GetDatum(stats->stawidth);
    values[Anum_pg_statistic_stadistinct - 1] = Float4GetDatum(stats->stadistinct);
    for (int slot = 0; slot < STATISTIC_NUM_SLOTS; slot++) {
        values[Anum_pg_statistic_stakind1 - 1 + slot] = Int16GetDatum(stats->stakind[slot]);
        values[Anum_pg_statistic_staop1 - 1 + slot] = ObjectIdGetDatum(stats->staop[slot]);
        values[Anum_pg_statistic_stacoll1 - 1 + slot] = ObjectIdGetDatum(stats->stacoll[slot]);
        const int numbers = Anum_pg_statistic_stanumbers1 - 1 + slot;
        const int samples = Anum_pg_statistic_stavalues1 - 1 + slot;
        nulls[numbers] = stats->numnumbers[slot] <= 0;
        nulls[samples] = stats->numvalues[slot] <= 0;
        values[numbers] = values[samples] = Datum(0);
        if (!nulls[numbers]) {
            auto* floats = static_cast<Datum*>(palloc(sizeof(Datum) * stats->numnumbers[slot]));
            for (int i = 0; i < stats->numnumbers[slot]; i++)
                floats[i] = Float4GetDatum(stats->stanumbers[slot][i]);
            values[numbers] = PointerGetDatum(construct_array(
                floats, stats->numnumbers[slot], FLOAT4OID, sizeof(float4), true, TYPALIGN_INT));
        }
        if (!nulls[samples])
            values[samples] = PointerGetDatum(construct_array(
                stats->stavalues[slot], stats->numvalues[slot], stats->statypid[slot],
                stats->statyplen[slot], stats->statypbyval[slot], stats->statypalign[slot]));
    }
}

void Store(Relation catalog, Oid relation, const AnalyzedColumn* column) {
    if (!column->stats->stats_valid) return;
    Datum values[Natts_pg_statistic];
    bool nulls[Natts_pg_statistic];
    FillTuple(relation, column, values, nulls);
    const HeapTuple known = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relation),
                                            Int16GetDatum(column->attribute), BoolGetDatum(false));
    if (!HeapTupleIsValid(known)) {
        CatalogTupleInsert(catalog, heap_form_tuple(RelationGetDescr(catalog), values, nulls));
        return;
    }
    bool replaces[Natts_pg_statistic];
    memset(replaces, true, sizeof(replaces));
    const HeapTuple tuple =
        heap_modify_tuple(known, RelationGetDescr(catalog), values, nulls, replaces);
    ReleaseSysCache(known);
    CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
}

// The statistics of all columns, as PostgreSQL's functions take them.
struct StatsArray {
    VacAttrStats** items;
    int count;
};

StatsArray StatsOf(const List* columns) {
    StatsArray array = {
        static_cast<VacAttrStats**>(palloc(sizeof(VacAttrStats*) * (list_length(columns) + 1))), 0};
    for (const auto* column : Each<AnalyzedColumn>(columns))
        array.items[array.count++] = column->stats;
    return array;
}

// CREATE STATISTICS: from the rows of which every value was fetched, because its functions look at
// all of them.
void StoreExtended(Relation relation, const List* columns, HeapTuple* rows, int count,
                   double total_rows) {
    for (AttrNumber i = 1; i <= RelationGetNumberOfAttributes(relation); i++)
        if (!TupleDescAttr(RelationGetDescr(relation), i - 1)->attisdropped)
            rows = RowsWithValue(relation, i, rows, &count);
    if (count == 0) return;
    const StatsArray stats = StatsOf(columns);
    BuildRelationExtStatistics(relation, false, total_rows, count, rows, stats.count, stats.items);
}

AttrNumber AttributeNamed(Relation relation, const char* name) {
    const auto attribute = static_cast<AttrNumber>(attnameAttNum(relation, name, false));
    if (attribute == InvalidAttrNumber)
        ereport(ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
                errmsg("column \"%s\" of relation \"%s\" does not exist", name,
                       RelationGetRelationName(relation)));
    return attribute;
}

}  // namespace

HeapTuple StatisticsOfValues(Oid type, Oid collation, Datum* values, bool* nulls, int count) {
    auto* stats = static_cast<VacAttrStats*>(palloc0(sizeof(VacAttrStats)));
    FormData_pg_attribute column = {};
#if PG_VERSION_NUM < 170000
    column.attstattarget = -1;
#endif
    SetTarget(stats, &column, default_statistics_target);
    if (count == 0 || !Prepare(stats, type, -1, collation)) return nullptr;
    stats->exprvals = values;
    stats->exprnulls = nulls;
    stats->rowstride = 1;
    stats->compute_stats(stats, FetchFromValues, count, count);
    if (!stats->stats_valid) return nullptr;
    const AnalyzedColumn analyzed = {1, false, stats};
    Datum fields[Natts_pg_statistic];
    bool missing[Natts_pg_statistic];
    FillTuple(InvalidOid, &analyzed, fields, missing);
    const Relation catalog = table_open(StatisticRelationId, AccessShareLock);
    const HeapTuple tuple = heap_form_tuple(RelationGetDescr(catalog), fields, missing);
    table_close(catalog, AccessShareLock);
    return tuple;
}

List* ColumnsToAnalyze(Relation relation, const List* names) {
    List* columns = NIL;
    const auto add = [&](AttrNumber attribute) {
        if (AnalyzedColumn* column = Examine(relation, attribute))
            columns = lappend(columns, column);
    };
    if (names == NIL)
        for (AttrNumber i = 1; i <= RelationGetNumberOfAttributes(relation); i++) add(i);
    Bitmapset* seen = nullptr;
    for (const auto* name : Each<String>(names)) {
        const AttrNumber attribute = AttributeNamed(relation, name->sval);
        if (bms_is_member(attribute, seen))
            ereport(ERROR, errcode(ERRCODE_DUPLICATE_COLUMN),
                    errmsg("column \"%s\" of relation \"%s\" appears more than once", name->sval,
                           RelationGetRelationName(relation)));
        seen = bms_add_member(seen, attribute);
        add(attribute);
    }
    return columns;
}

int RowsToSample(Relation relation, const List* columns) {
    const StatsArray stats = StatsOf(columns);
    // As ANALYZE: 100 are enough where no column asks for any.
    int rows = std::max(100, ComputeExtStatisticsRows(relation, stats.count, stats.items));
    for (const auto* column : Each<AnalyzedColumn>(columns))
        rows = std::max(rows, column->stats->minrows);
    return rows;
}

bool AnalyzeLooksInside(Oid type) {
    const HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
    const bool own = OidIsValid(reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typanalyze);
    ReleaseSysCache(tuple);
    return own;
}

Datum WideValue(int32 stored_size) {
    const uint32 raw_size = std::max(static_cast<uint32>(stored_size), kWideBytes);
    if (stored_size <= static_cast<int32>(MaxHeapTupleSize)) {
        // As it lies in the tuple: compressed.
        const Size size = std::max(static_cast<Size>(stored_size), Size{VARHDRSZ_COMPRESSED});
        auto* value = static_cast<struct varlena*>(palloc0(size));
        SET_VARSIZE_COMPRESSED(value, size);
        reinterpret_cast<varattrib_4b*>(value)->va_compressed.va_tcinfo = raw_size;
        return PointerGetDatum(value);
    }
    varatt_external pointer = {};
    pointer.va_rawsize = static_cast<int32>(raw_size);
    pointer.va_extinfo = static_cast<uint32>(stored_size);
    auto* value = static_cast<char*>(palloc0(TOAST_POINTER_SIZE));
    SET_VARTAG_EXTERNAL(value, VARTAG_ONDISK);
    memcpy(VARDATA_EXTERNAL(value), &pointer, sizeof(pointer));
    return PointerGetDatum(value);
}

void StoreStatistics(Relation relation, const List* columns, HeapTuple* rows, int count,
                     double total_rows) {
    Oid user = InvalidOid;
    int security = 0;
    GetUserIdAndSecContext(&user, &security);
    SetUserIdAndSecContext(relation->rd_rel->relowner, security | SECURITY_RESTRICTED_OPERATION);
    const int settings = NewGUCNestLevel();
    const MemoryContext work =
        AllocSetContextCreate(CurrentMemoryContext, "pgspan column", ALLOCSET_DEFAULT_SIZES);
    const Relation catalog = table_open(StatisticRelationId, RowExclusiveLock);
    for (auto* column : Each<AnalyzedColumn>(columns)) {
        const MemoryContext outer = MemoryContextSwitchTo(work);
        Compute(relation, column, rows, count, total_rows);
        Store(catalog, RelationGetRelid(relation), column);
        MemoryContextSwitchTo(outer);
        MemoryContextReset(work);
    }
    table_close(catalog, RowExclusiveLock);
    MemoryContextDelete(work);
    StoreExtended(relation, columns, rows, count, total_rows);
    AtEOXact_GUC(false, settings);
    SetUserIdAndSecContext(user, security);
    CommandCounterIncrement();
}

void ReportAnalyzed(Relation relation, double tuples, bool all_columns) {
    const auto live = static_cast<PgStat_Counter>(tuples);
#if PG_VERSION_NUM >= 180000
    pgstat_report_analyze(relation, live, 0, all_columns, GetCurrentTimestamp());
#else
    pgstat_report_analyze(relation, live, 0, all_columns);
#endif
}

void StoreRelationSize(Relation relation, const RelationSize& size) {
    const auto pages =
        static_cast<BlockNumber>(std::min(size.pages, static_cast<double>(MaxBlockNumber)));
    const auto visible =
        static_cast<BlockNumber>(std::min(size.visible_pages, static_cast<double>(pages)));
#if PG_VERSION_NUM >= 180000
    vac_update_relstats(relation, pages, size.tuples, visible, 0, relation->rd_rel->relhasindex,
                        InvalidTransactionId, InvalidMultiXactId, nullptr, nullptr, true);
#else
    vac_update_relstats(relation, pages, size.tuples, visible, relation->rd_rel->relhasindex,
                        InvalidTransactionId, InvalidMultiXactId, nullptr, nullptr, true);
#endif
}

}  // namespace pgspan::pg
