// INSERT of rows that come from the coordinator: one row of VALUES evaluated here, or the rows of a
// child plan (VALUES of several rows, INSERT … SELECT pulled). The executor computes each row's
// shard, groups rows by node and sends
//   one row          INSERT INTO <shard> (columns) VALUES ($1, …) <tail>       (prepared)
//   many rows        INSERT INTO <container> (columns) SELECT … FROM unnest($1::t1[], …) <tail>,
//   one
//                    statement a node and batch; types that are not built in, and arrays, travel in
//                    it as text
//   rows that nodes hand to each other (executor/exchange.h)
//                    INSERT INTO <container> (columns) SELECT … FROM pgspan.gather(…) <tail>, one
//                    statement a node
// tail: ON CONFLICT … RETURNING …, deparsed. For a reference table every node gets every row, one
// node first.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/plan/copy_use.h"

namespace pgspan::plan {

struct InsertPlan {
    Oid relation;      // the shell
    List* attributes;  // IntList: attribute numbers given a value, in order
    List* values;  // Exprs of the one row of VALUES; NIL when a child plan delivers the rows (in
                   // order of attributes, as the child's non-junk columns)
    List* gathered_types;  // List of String, names of types: the child scatters rows of these (one
                           // for each of attributes), and the nodes gather them; NIL: it delivers
                           // them here
    bool single_batch;  // all rows of a node must go in one statement (ON CONFLICT DO UPDATE: the
                        // same row twice is an error); the executor collects them all, in a
                        // tuplestore
    bool rows_first;    // functions of the rows may read the table: all rows are computed before
                        // the first is sent
    bool skips_conflicts;  // ON CONFLICT DO NOTHING
    const char* head;  // "INSERT INTO pgspan_data.t_t12 AS alias (a, b) OVERRIDING SYSTEM VALUE "
                       // (template, container named)
    const char* tail;  // " ON CONFLICT … RETURNING …" or ""; may hold parameters $1..$k
                       // (tail_parameters), which come before the values' parameters
    List* tail_parameters;       // Exprs
    List* tail_parameter_types;  // OIDs
    bool returns_rows;
    List* result_types;
    List* result_typmods;
    List* result_collations;
};

// What it does with the copies, if the table is a reference table.
inline CopyUse CopyUseOf(const InsertPlan& plan) {
    return plan.single_batch || plan.skips_conflicts ? CopyUse::kChange : CopyUse::kInsert;
}

// The most rows that are sent to a node in one statement, unless single_batch asks for all.
inline constexpr int kInsertBatchRows = 1000;

// Everything but the expressions (tail_parameters, values).
List* Encode(const InsertPlan& plan);
// For custom_exprs: the tail's parameters in order, then the row's values.
List* CustomExpressions(const InsertPlan& plan);
// The plan again, from a scan's two lists; lives as long as they do.
InsertPlan DecodeInsert(List* custom_private, List* custom_exprs);

}  // namespace pgspan::plan
