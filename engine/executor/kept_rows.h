// Rows that a scan keeps until they are asked for: what RETURNING delivers, or what a rescan shows
// again. In the query's memory; beyond work_mem on disk.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "executor/executor.h"
#include "utils/tuplestore.h"
}

namespace pgspan::executor {

struct KeptRows {
    Tuplestorestate* store;  // nullptr: keeps none
    TupleTableSlot* slot;
};

// Keeps rows in the current memory context. rewinds: they will be read more than once.
KeptRows KeepRows(TupleDesc desc, bool rewinds);

// The next kept row into slot, a virtual one of at most as many columns: true, if there is one.
// The slot's values are good until the next call.
bool NextKeptRow(const KeptRows& kept, TupleTableSlot* slot);

void DropKeptRows(KeptRows* kept);

// All rows of a plan, which runs to its end, to be read once; in the current memory context.
KeptRows ComputeRows(PlanState* plan);

// For types, typmods and collations of rows whose columns need no names.
TupleDesc RowDescOfTypes(List* types, List* typmods, List* collations);

}  // namespace pgspan::executor
