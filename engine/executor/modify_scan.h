// The scan of a plan::ModifyPlan. At the first row that is asked for: all other reads of the
// statement start (statement_reads.h), the child's rows are read to their end, and then written;
// RETURNING's rows are kept and delivered. One that does not count for the statement (a
// data-modifying CTE) is run to its end by PostgreSQL at the end of the statement, whoever reads
// it.
#pragma once

#include "engine/executor/change_batch.h"
#include "engine/executor/insert_batch.h"
#include "engine/executor/kept_rows.h"

extern "C" {
#include "commands/explain.h"
}

namespace pgspan::executor {

struct ModifyScanState {
    CustomScanState scan;  // first: PostgreSQL sees only this
    plan::ModifyPlan plan;
    const metadata::Table* table;
    ParameterSet tail;  // of the INSERT
    InsertColumn* insert_columns;
    RowDecoder* insert_decoder;  // of the INSERT's RETURNING; nullptr if none
    TupleDesc insert_desc;
    bool has_run;
    KeptRows returned;
};

// EXPLAIN of the scan (explain.cc).
void ExplainModifyScan(CustomScanState* node, List* ancestors, ExplainState* es);

}  // namespace pgspan::executor
