#include "engine/executor/late_errors.h"

#include "engine/executor/parameters.h"
#include "engine/executor/tasks.h"
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

const char* Telling(const ErrorData* error) {
    const char* const texts[kFieldCount] = {unpack_sql_state(error->sqlerrcode),
                                            error->message,
                                            error->detail,
                                            error->hint,
                                            error->context,
                                            error->schema_name,
                                            error->table_name,
                                            error->column_name,
                                            error->datatype_name,
                                            error->constraint_name};
    Datum values[kFieldCount];
    bool nulls[kFieldCount];
    for (int i = 0; i < kFieldCount; i++) {
        nulls[i] = texts[i] == nullptr;
        values[i] = nulls[i] ? Datum(0) : CStringGetTextDatum(texts[i]);
    }
    int count = kFieldCount;
    int from = 1;
    ArrayType* array =
        construct_md_array(values, nulls, 1, &count, &from, TEXTOID, -1, false, TYPALIGN_INT);
    return quote_literal_cstr(OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(array)));
}

const char* WithLateErrors(const char* sql, const ParameterSet& set) {
    NameChange* changes = nullptr;
    int count = 0;
    for (int i = 0; i < set.count; i++) {
        const char* error = set.parameters[i].error;
        if (error == nullptr) continue;
        if (changes == nullptr)
            changes = static_cast<NameChange*>(palloc(sizeof(NameChange) * set.count));
        // It has the parameter's type by taking it, which is NULL now.
        const char* name = psprintf("$%d", i + 1);
        changes[count++] = {name, psprintf("(pgspan.raise_error(%s, %s))", error, name)};
    }
    return count == 0 ? sql : ChangeNames(CurrentMemoryContext, sql, changes, count);
}

}  // namespace pgspan::executor

PGSPAN_FUNCTION(pgspan_raise_error) {
    using namespace pgspan::executor;
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    if (!PG_ARGISNULL(0))
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
    for (const auto& [field, code] : kNames)
        if (const char* name = told(field)) err_generic_string(code, name);
    errfinish(__FILE__, __LINE__, __func__);
    PG_RETURN_NULL();
}
