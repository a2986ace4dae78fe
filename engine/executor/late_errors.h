// Errors of a task's parameters, raised where one PostgreSQL raises them. The expression of a
// parameter is evaluated once, before the nodes are asked, although no row may ever reach it: it
// stands in a branch of CASE, or no row fulfils WHERE. Its error therefore waits: in the place of
// the parameter the task asks for the error to be raised (pgspan.raise_error), and only a node that
// evaluates this does so.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::executor {

struct ParameterSet;

// False for what raises no error whatever the values (constants, the user's parameters, now()), and
// for what belongs to the plan around it (values of sub-queries): no error may leave that half
// evaluated.
bool MayFailLate(Expr* expression);

// What an error says, as the literal of an array that pgspan.raise_error takes. palloc'd.
const char* Telling(const ErrorData* error);

// sql, with each parameter that has failed replaced by what raises its error. sql itself if none
// has.
const char* WithLateErrors(const char* sql, const ParameterSet& set);

}  // namespace pgspan::executor
