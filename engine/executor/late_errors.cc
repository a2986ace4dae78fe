#include "engine/executor/late_errors.h"

#include "engine/executor/parameters.h"
#include "engine/executor/tasks.h"
#include "engine/pg/subtransaction.h"
#include "engine/pg/walk.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
}

namespace pgspan::executor {

namespace {

// What an error says, in the order of the array that travels.
enum Field {
    kSqlstate,
    kMessage,
    kDetail,
    kHint,
    kContext,
    kSchema,
    kTable,
    kColumn,
    kDatatype,
    kConstraint,
    kInternalQuery,
    kInternalPosition,
    kFieldCount
};

bool IsClock(Oid function) {
    return function == F_NOW || function == F_TRANSACTION_TIMESTAMP ||
           function == F_STATEMENT_TIMESTAMP;
}

bool BelongsToPlan(Node* node) {
    return IsA(node, SubPlan) || IsA(node, AlternativeSubPlan) ||
           (IsA(node, Param) && reinterpret_cast<Param*>(node)->paramkind != PARAM_EXTERN);
}

// The lines that the callers of the evaluation will add anew when the error is raised.
void CutCallersContext(ErrorData* error) {
    const char* callers = GetErrorContextStack();
    if (error->context == nullptr || callers == nullptr) return;
    const size_t whole = strlen(error->context);
    const size_t theirs = strlen(callers);
    if (theirs > whole || strcmp(error->context + whole - theirs, callers) != 0) return;
    size_t own = whole - theirs;
    if (own > 0 && error->context[own - 1] == '\n') own--;
    error->context = own == 0 ? nullptr : pnstrdup(error->context, own);
}

ArrayType* Telling(const ErrorData* error) {
    const char* const texts[kFieldCount] = {
        unpack_sql_state(error->sqlerrcode),
        error->message,
        error->detail,
        error->hint,
        error->context,
        error->schema_name,
        error->table_name,
        error->column_name,
        error->datatype_name,
        error->constraint_name,
        error->internalquery,
        error->internalpos > 0 ? psprintf("%d", error->internalpos) : nullptr};
    Datum values[kFieldCount];
    bool nulls[kFieldCount];
    for (int i = 0; i < kFieldCount; i++) {
        nulls[i] = texts[i] == nullptr;
        values[i] = nulls[i] ? Datum(0) : CStringGetTextDatum(texts[i]);
    }
    int count = kFieldCount;
    int from = 1;
    return construct_md_array(values, nulls, 1, &count, &from, TEXTOID, -1, false, TYPALIGN_INT);
}

}  // namespace

bool MayFailLate(Expr* expression) {
    bool may_fail = false;
    const bool belongs_to_plan =
        pg::WalkNode(reinterpret_cast<Node*>(expression), [&may_fail](Node* node, auto&& descend) {
            if (BelongsToPlan(node)) return true;
            const bool is_harmless =
                IsA(node, List) || IsA(node, Const) || IsA(node, Param) || IsA(node, RelabelType) ||
                IsA(node, SQLValueFunction) ||
                (IsA(node, FuncExpr) && IsClock(reinterpret_cast<FuncExpr*>(node)->funcid));
            may_fail = may_fail || !is_harmless;
            return descend(node);
        });
    return may_fail && !belongs_to_plan;
}

void EvaluateOrKeepError(Parameter* parameter, ExprContext* econtext) {
    ErrorData* error = pg::Attempt(
        [&] { parameter->value = Compute(parameter->computation, econtext, &parameter->is_null); });
    if (!error) return;
    CutCallersContext(error);
    parameter->value = Datum(0);
    parameter->is_null = true;
    parameter->error = Telling(error);
}

int CountLateErrors(const ParameterSet& set) {
    return static_cast<int>(std::count_if(set.parameters, set.parameters + set.count,
                                          [](const Parameter& p) { return p.error != nullptr; }));
}

const char* WithLateErrors(const char* sql, const ParameterSet& set) {
    const int count = CountLateErrors(set);
    if (count == 0) return sql;
    auto* changes = static_cast<NameChange*>(palloc(sizeof(NameChange) * count));
    int number = 0;
    for (int i = 0; i < set.count; i++) {
        if (set.parameters[i].error == nullptr) continue;
        // It has the parameter's type by taking it, which is NULL now. The sub-select keeps the
        // error from the planner, which would raise it for its estimates.
        changes[number] = {
            psprintf("$%d", i + 1),
            psprintf("(pgspan.raise_error((SELECT $%d), $%d))", set.count + number + 1, i + 1)};
        number++;
    }
    return ChangeNames(CurrentMemoryContext, sql, changes, count);
}

void AddLateErrors(const ParameterSet& set, connection::Statement* statement) {
    const int errors = CountLateErrors(set);
    if (errors == 0) return;
    const int count = set.count + errors;
    auto* types = static_cast<Oid*>(palloc(sizeof(Oid) * count));
    auto* values = static_cast<const char**>(palloc(sizeof(char*) * count));
    auto* lengths = static_cast<int*>(palloc0(sizeof(int) * count));
    auto* formats = static_cast<int*>(palloc0(sizeof(int) * count));
    std::copy_n(set.types, set.count, types);
    std::copy_n(set.values, set.count, values);
    std::copy_n(set.lengths, set.count, lengths);
    std::copy_n(set.formats, set.count, formats);
    int at = set.count;
    for (int i = 0; i < set.count; i++) {
        if (set.parameters[i].error == nullptr) continue;
        types[at] = TEXTARRAYOID;
        values[at++] = OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(set.parameters[i].error));
    }
    statement->parameter_count = count;
    statement->types = types;
    statement->values = values;
    statement->lengths = lengths;
    statement->formats = formats;
}

void AddLateErrors(const ParameterSet& set, ParamListInfo list) {
    int at = set.count;
    for (int i = 0; i < set.count; i++) {
        if (set.parameters[i].error == nullptr) continue;
        ParamExternData& out = list->params[at++];
        out.value = PointerGetDatum(set.parameters[i].error);
        out.isnull = false;
        out.pflags = PARAM_FLAG_CONST;
        out.ptype = TEXTARRAYOID;
    }
}

}  // namespace pgspan::executor

PGSPAN_FUNCTION(pgspan_raise_error) {
    using namespace pgspan::executor;
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    if (!PG_ARGISNULL(0) && ARR_NDIM(PG_GETARG_ARRAYTYPE_P(0)) == 1)
        deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &values,
                          &nulls, &count);
    const auto told = [&](Field field) {
        return nulls[field] ? nullptr : TextDatumGetCString(values[field]);
    };
    const char* state = count == kFieldCount ? told(kSqlstate) : nullptr;
    const char* message = count == kFieldCount ? told(kMessage) : nullptr;
    if (state == nullptr || strlen(state) != 5 || message == nullptr)
        ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                errmsg("pgspan.raise_error takes %d texts, of which SQLSTATE and message are given",
                       static_cast<int>(kFieldCount)));
    static constexpr std::pair<Field, int> kNames[] = {{kSchema, PG_DIAG_SCHEMA_NAME},
                                                       {kTable, PG_DIAG_TABLE_NAME},
                                                       {kColumn, PG_DIAG_COLUMN_NAME},
                                                       {kDatatype, PG_DIAG_DATATYPE_NAME},
                                                       {kConstraint, PG_DIAG_CONSTRAINT_NAME}};
    errstart(ERROR, TEXTDOMAIN);
    errcode(MAKE_SQLSTATE(state[0], state[1], state[2], state[3], state[4]));
    errmsg_internal("%s", message);
    if (const char* detail = told(kDetail)) errdetail_internal("%s", detail);
    if (const char* hint = told(kHint)) errhint("%s", hint);
    if (const char* context = told(kContext))
        set_errcontext_domain(TEXTDOMAIN), errcontext_msg("%s", context);
    if (const char* query = told(kInternalQuery)) internalerrquery(query);
    if (const char* position = told(kInternalPosition)) internalerrposition(atoi(position));
    for (const auto& [field, code] : kNames)
        if (const char* name = told(field)) err_generic_string(code, name);
    errfinish(__FILE__, __LINE__, __func__);
    PG_RETURN_NULL();
}
