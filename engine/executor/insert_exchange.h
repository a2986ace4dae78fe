// The rows of an INSERT … SELECT that nodes hand to each other: the child of the insert scan
// scatters them, and each node for which there are some inserts what it gathers, in one statement.
#pragma once

#include "engine/executor/insert_scan.h"

namespace pgspan::executor {

// Runs the child to its end, then the tasks that insert; RETURNING's rows go to state->returned.
// Returns the rows inserted. Precondition: state->parameters are evaluated.
uint64 InsertExchanged(InsertScanState* state);

}  // namespace pgspan::executor
