// The parameters of a task: expressions evaluated once on the coordinator, and their values in the
// two forms in which tasks take them: libpq's arrays for other nodes, a ParamListInfo for this one.
#pragma once

#include "engine/connection/connection.h"
#include "engine/executor/wire_format.h"

extern "C" {
#include "utils/array.h"
}

namespace pgspan::executor {

// One expression, ready to be evaluated. Constants and external parameters need no expression
// state.
struct Computation {
    Expr* expression = nullptr;
    ExprState* state = nullptr;
};

Computation Compile(Expr* expression, PlanState* parent);
// The value, in the current memory context or one that lives longer.
Datum Compute(const Computation& computation, ExprContext* econtext, bool* is_null);

struct Parameter {
    Computation computation;
    Oid type;       // of the expression
    Oid wire_type;  // declared to the node
    ValueEncoder encoder;
    // Its error may wait for a row that asks for it (executor/late_errors.h).
    bool may_fail_late;
    // The evaluation has failed: what its error says. The value is NULL then.
    ArrayType* error;
    Datum value;
    bool is_null;
};

struct ParameterSet {
    int count = 0;
    Parameter* parameters = nullptr;
    Oid* types = nullptr;
    // Filled by Evaluate; nullptr is NULL.
    const char** values = nullptr;
    int* lengths = nullptr;
    int* formats = nullptr;
};

// expressions: Exprs, types: OidList of what each is declared as. Lives in the current memory
// context.
ParameterSet CompileParameters(List* expressions, List* types, PlanState* parent);
// Errors of the parameters from the first-th on are raised as they are evaluated: those of values
// that are used here, or in any case.
void RaiseAtOnce(ParameterSet* set, int first);
void EvaluateParameter(Parameter* parameter, ExprContext* econtext);
// Evaluates all; what it allocates goes to the current memory context and is valid until the next
// call.
void EvaluateParameters(ParameterSet* set, ExprContext* econtext);

// The second half of EvaluateParameters: from value and is_null of each parameter, which the caller
// has set.
void EncodeParameters(ParameterSet* set);
// A set of count parameters of these types (sent as they are), whose values the caller sets.
ParameterSet MakeValueSet(int count, const Oid* types);

// sql with these parameters as libpq takes it.
connection::Statement MakeStatement(const char* sql, const ParameterSet& set);
// The same values for a statement that runs here.
ParamListInfo MakeLocalParameters(const ParameterSet& set);

}  // namespace pgspan::executor
