#include "engine/executor/parameters.h"

#include "engine/executor/late_errors.h"

extern "C" {
#include "access/parallel.h"
}

namespace pgspan::executor {

namespace {

Datum ExternalValue(const Param* param, ParamListInfo list, bool* is_null) {
    ParamExternData workspace;
    if (list != nullptr && param->paramid > 0 && param->paramid <= list->numParams) {
        const ParamExternData* found =
            list->paramFetch ? list->paramFetch(list, param->paramid, false, &workspace)
                             : &list->params[param->paramid - 1];
        if (OidIsValid(found->ptype)) {
            if (found->ptype != param->paramtype)
                ereport(ERROR, errcode(ERRCODE_DATATYPE_MISMATCH),
                        errmsg("type of parameter %d (%s) does not match that when preparing the "
                               "plan (%s)",
                               param->paramid, format_type_be(found->ptype),
                               format_type_be(param->paramtype)));
            *is_null = found->isnull;
            return found->value;
        }
    }
    ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
            errmsg("no value found for parameter %d", param->paramid));
    pg_unreachable();
}

bool IsExternal(const Expr* expression) {
    return IsA(expression, Param) &&
           reinterpret_cast<const Param*>(expression)->paramkind == PARAM_EXTERN;
}

void Allocate(ParameterSet* set) {
    const size_t n = set->count;
    set->parameters = static_cast<Parameter*>(palloc0(sizeof(Parameter) * n));
    set->types = static_cast<Oid*>(palloc(sizeof(Oid) * n));
    set->values = static_cast<const char**>(palloc(sizeof(char*) * n));
    set->lengths = static_cast<int*>(palloc(sizeof(int) * n));
    set->formats = static_cast<int*>(palloc(sizeof(int) * n));
}

bool IsString(Oid type) {
    return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

}  // namespace

Computation Compile(Expr* expression, PlanState* parent) {
    Computation computation;
    computation.expression = expression;
    if (!IsA(expression, Const) && !IsExternal(expression))
        computation.state = ExecInitExpr(expression, parent);
    return computation;
}

Datum Compute(const Computation& computation, ExprContext* econtext, bool* is_null) {
    if (computation.state) return ExecEvalExpr(computation.state, econtext, is_null);
    if (IsA(computation.expression, Const)) {
        const auto* constant = reinterpret_cast<const Const*>(computation.expression);
        *is_null = constant->constisnull;
        return constant->constvalue;
    }
    return ExternalValue(reinterpret_cast<const Param*>(computation.expression),
                         econtext->ecxt_param_list_info, is_null);
}

ParameterSet CompileParameters(List* expressions, List* types, PlanState* parent) {
    ParameterSet set;
    set.count = list_length(expressions);
    if (set.count == 0) return set;
    Allocate(&set);
    for (int i = 0; i < set.count; i++) {
        Parameter& p = set.parameters[i];
        auto* expression = static_cast<Expr*>(list_nth(expressions, i));
        p.computation = Compile(expression, parent);
        p.type = exprType(reinterpret_cast<Node*>(expression));
        p.wire_type = list_nth_oid(types, i);
        const Oid base = getBaseType(p.type);
        // A declared type of another kind reads the value's text.
        const bool same_form = base == p.wire_type || (IsString(base) && IsString(p.wire_type));
        p.encoder = MakeEncoder(p.type, !same_form);
        p.may_fail_late = MayFailLate(expression);
        set.types[i] = p.wire_type;
        set.formats[i] = p.encoder.binary ? 1 : 0;
    }
    return set;
}

ParameterSet MakeValueSet(int count, const Oid* types) {
    ParameterSet set;
    set.count = count;
    Allocate(&set);
    for (int i = 0; i < count; i++) {
        Parameter& p = set.parameters[i];
        p.type = p.wire_type = set.types[i] = types[i];
        p.encoder = MakeEncoder(p.type, false);
        set.formats[i] = p.encoder.binary ? 1 : 0;
    }
    return set;
}

void RaiseAtOnce(ParameterSet* set, int first) {
    for (int i = first; i < set->count; i++) set->parameters[i].may_fail_late = false;
}

void EvaluateParameter(Parameter* parameter, ExprContext* econtext) {
    parameter->error = nullptr;
    // (No subtransaction begins while parallel workers run.)
    if (parameter->may_fail_late && !IsInParallelMode())
        EvaluateOrKeepError(parameter, econtext);
    else
        parameter->value = Compute(parameter->computation, econtext, &parameter->is_null);
}

void EvaluateParameters(ParameterSet* set, ExprContext* econtext) {
    for (int i = 0; i < set->count; i++) EvaluateParameter(&set->parameters[i], econtext);
    EncodeParameters(set);
}

void EncodeParameters(ParameterSet* set) {
    if (set->count == 0) return;
    StringInfoData bytes;
    initStringInfo(&bytes);
    for (int i = 0; i < set->count; i++) {
        Parameter& p = set->parameters[i];
        set->lengths[i] = -1;
        if (p.is_null) continue;
        const int start = bytes.len;
        AppendValue(&p.encoder, p.value, &bytes);
        set->lengths[i] = bytes.len - start;
        appendStringInfoChar(&bytes, '\0');
    }
    // Only now: the buffer may have moved while it grew.
    char* at = bytes.data;
    for (int i = 0; i < set->count; i++) {
        set->values[i] = set->parameters[i].is_null ? nullptr : at;
        if (!set->parameters[i].is_null) at += set->lengths[i] + 1;
    }
}

connection::Statement MakeStatement(const char* sql, const ParameterSet& set) {
    connection::Statement statement = {};
    statement.sql = WithLateErrors(sql, set);
    statement.parameter_count = set.count;
    statement.types = set.types;
    statement.values = set.values;
    statement.lengths = set.lengths;
    statement.formats = set.formats;
    AddLateErrors(set, &statement);
    return statement;
}

ParamListInfo MakeLocalParameters(const ParameterSet& set) {
    if (set.count == 0) return nullptr;
    ParamListInfo list = makeParamList(set.count + CountLateErrors(set));
    for (int i = 0; i < set.count; i++) {
        const Parameter& p = set.parameters[i];
        ParamExternData& out = list->params[i];
        const bool as_text = p.wire_type == TEXTOID && !IsString(getBaseType(p.type));
        out.value = p.is_null || !as_text ? p.value : TextDatum(p.type, p.value);
        out.isnull = p.is_null;
        out.pflags = PARAM_FLAG_CONST;
        out.ptype = p.wire_type;
    }
    AddLateErrors(set, list);
    return list;
}

}  // namespace pgspan::executor
