// The scan of a plan::InsertPlan: evaluates or pulls the rows, sends them where they belong, and
// returns what RETURNING asks for. Everything happens at the first row that is asked for, so that
// it happens once and wholly.
#pragma once

#include "engine/executor/insert_columns.h"
#include "engine/executor/kept_rows.h"
#include "engine/executor/task_stream.h"

extern "C" {
#include "commands/explain.h"
}

namespace pgspan::executor {

struct InsertScanState {
    CustomScanState scan;  // first: PostgreSQL sees only this
    plan::InsertPlan plan;
    InsertColumn* columns;
    ParameterSet parameters;  // the tail's, then those of the one row
    RowDecoder* decoder;
    bool has_run;
    KeptRows returned;
};

// The one task of a single row (the first, for a reference table), with parameters evaluated.
TaskList OneRowTasks(InsertScanState* state);

// EXPLAIN of the scan (explain.cc).
void ExplainInsertScan(CustomScanState* node, List* ancestors, ExplainState* es);

}  // namespace pgspan::executor
