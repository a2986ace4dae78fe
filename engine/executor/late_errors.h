// Errors of a task's parameters, raised where one PostgreSQL raises them. The expression of a
// parameter is evaluated once, before the nodes are asked, although no row may ever reach it: it
// stands in a branch of CASE, or no row fulfils WHERE. Its error therefore waits: in the place of
// the parameter the task asks for the error to be raised (pgspan.raise_error), and only a node that
// evaluates this does so. What the error says travels as one more parameter, so that the text of
// the statement is the same for all errors.
#pragma once

#include "engine/connection/connection.h"

namespace pgspan::executor {

struct Parameter;
struct ParameterSet;

// False for what raises no error whatever the values (constants, the user's parameters, now()), and
// for what belongs to the plan around it (values of sub-queries): no error may leave that half
// evaluated.
bool MayFailLate(Expr* expression);

// Evaluates the parameter's expression; an error becomes the parameter's, and its value NULL.
void EvaluateOrKeepError(Parameter* parameter, ExprContext* econtext);

int CountLateErrors(const ParameterSet& set);

// sql, with each parameter that has failed replaced by what raises its error. sql itself if none
// has.
const char* WithLateErrors(const char* sql, const ParameterSet& set);

// Adds the errors behind the parameters of the set, for a statement sent and for one that runs
// here. statement: its arrays are those of the set. list: has room for CountLateErrors more.
void AddLateErrors(const ParameterSet& set, connection::Statement* statement);
void AddLateErrors(const ParameterSet& set, ParamListInfo list);

}  // namespace pgspan::executor
