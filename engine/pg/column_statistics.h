// PostgreSQL's own ANALYZE, fed with a sample of rows that somebody else has fetched: which columns
// to look at, how many rows to fetch, the statistics of the sample, and pg_statistic and pg_class.
//
// A value that is too wide to fetch is stood for by WideValue: PostgreSQL counts it as wide where
// it does not look at its contents, and it is left out of the sample where it would.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// What is to be done with one column; lives in the memory context of ColumnsToAnalyze.
struct AnalyzedColumn;

// names: List of String, NIL for all columns. Raises 42703 and 42701 as ANALYZE does.
List* ColumnsToAnalyze(Relation relation, const List* names);
// The number of rows that the statistics targets of columns and of extended statistics ask for.
int RowsToSample(Relation relation, const List* columns);
// True if statistics of the type come from a function of its own, which reads values of any size.
bool AnalyzeLooksInside(Oid type);
// A Datum for a value that is stored in stored_size bytes and was not fetched; palloc'd. It counts
// as one of more than 1 kB before compression.
Datum WideValue(int32 stored_size);
// Computes the statistics of rows (in physical order) out of total_rows and stores them as the
// relation's own, those of CREATE STATISTICS too. The relation is locked in ShareUpdateExclusive
// mode. Operators and typanalyze functions run as the relation's owner.
void StoreStatistics(Relation relation, const List* columns, HeapTuple* rows, int count,
                     double total_rows);

// The statistics of a column that has these values, as a row of pg_statistic for the planner;
// nullptr if the type has none. Computed by PostgreSQL's function for the type.
HeapTuple StatisticsOfValues(Oid type, Oid collation, Datum* values, bool* nulls, int count);

struct RelationSize {
    double tuples;
    double pages;
    double visible_pages;
};
// Into pg_class, in place as ANALYZE does it; at least ShareUpdateExclusive must be held.
void StoreRelationSize(Relation relation, const RelationSize& size);

// For pg_stat_user_tables.
void ReportAnalyzed(Relation relation, double tuples, bool all_columns);

}  // namespace pgspan::pg
