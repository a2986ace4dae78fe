#include "engine/planner/safety.h"

#include "engine/metadata/known_names.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/reg_types.h"
#include "engine/pg/source_of_chance.h"
#include "engine/pg/tells_of_server.h"
#include "engine/pg/walk.h"

extern "C" {
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parsetree.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/regproc.h"
}

namespace pgspan::planner {

namespace {

bool TakesObjects(const FormData_pg_proc& function) {
    const Oid* types = function.proargtypes.values;
    return std::any_of(types, types + function.pronargs,
                       [](Oid type) { return type == OIDOID || pg::NamesObjectsByOid(type); });
}

// Names of objects become OIDs, or the other way round, by the catalogs of the node; what is not
// immutable and takes OIDs looks into them.
bool LooksUpObjects(const FormData_pg_proc& function) {
    return pg::NamesObjectsByOid(function.prorettype) ||
           (function.provolatile != PROVOLATILE_IMMUTABLE && TakesObjects(function));
}

bool FunctionIsRemotable(Oid function) {
    // It looks at a table that is partitioned here alone.
    if (function == F_SATISFIES_HASH_PARTITION) return false;
    const HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", function);
    const auto& form = *reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    const char parallel = form.proparallel;
    const char volatility = form.provolatile;
    const bool looks_up = LooksUpObjects(form);
    ReleaseSysCache(tuple);
    if (function < FirstNormalObjectId)
        return pg::IsSourceOfChance(function) || (parallel == PROPARALLEL_SAFE && !looks_up &&
                                                  !pg::TellsOfServer(function, volatility));
    // Our own functions that are volatile or return sets tell a node something in a task, or stand
    // for what is no part of this one.
    return OidIsValid(getExtensionOfObject(ProcedureRelationId, function)) &&
           !((func_volatile(function) == PROVOLATILE_VOLATILE || get_func_retset(function)) &&
             get_func_namespace(function) == get_namespace_oid("pgspan", true));
}

bool CheckFunction(Oid function, void* unremotable) {
    if (FunctionIsRemotable(function)) return false;
    *static_cast<Oid*>(unremotable) = function;
    return true;
}

// On a node, a row of a distributed table has the type of the table's container or shard.
bool IsRowOfDistributedTable(Oid type) {
    const Oid relation = get_typ_typrelid(type);
    return OidIsValid(relation) && metadata::FindTable(relation) != nullptr;
}

const char* CheckOperator(Oid op) {
    return metadata::IsPrivate(OperatorRelationId, op)
               ? psprintf("the operator %s", format_operator(op))
               : nullptr;
}

const char* CheckOperators(const List* operators) {
    for (const Oid op : pg::EachOid(operators))
        if (const char* why = CheckOperator(op)) return why;
    return nullptr;
}

constexpr const char* kObjectOids = "OIDs of objects, which differ between nodes";

// The same of a change of type.
const char* CheckNaming(Oid source, Oid target) {
    return source != target && (pg::NamesObjectsByOid(target) || pg::NamesObjectsByOid(source))
               ? kObjectOids
               : nullptr;
}

// A cast is written by its types, and is what the node finds for them: a cast that was another when
// a view was made must not become the one of today. Every node has those that somebody made on the
// coordinator between types which every node has.
const char* CheckCast(Node* node, Node* argument, char method, Oid function) {
    const Oid source = getBaseType(exprType(argument));
    const Oid target = getBaseType(exprType(node));
    if (source == target) return nullptr;
    const HeapTuple tuple =
        SearchSysCache2(CASTSOURCETARGET, ObjectIdGetDatum(source), ObjectIdGetDatum(target));
    bool is_the_same = method == COERCION_METHOD_INOUT ||
                       (method == COERCION_METHOD_BINARY && IsBinaryCoercible(source, target));
    bool is_private = false;
    if (HeapTupleIsValid(tuple)) {
        const auto* form = reinterpret_cast<Form_pg_cast>(GETSTRUCT(tuple));
        is_the_same = form->castmethod == method && form->castfunc == function;
        is_private = metadata::IsPrivate(CastRelationId, form->oid) &&
                     get_range_multirange(source) != target;
        ReleaseSysCache(tuple);
    }
    if (!is_the_same && (is_private || !HeapTupleIsValid(tuple)))
        return "a cast that is another today";
    return is_private && !metadata::IsCoordinator() ? "a cast of one's own" : nullptr;
}

const char* CheckFunctionCast(FuncExpr* call) {
    if ((call->funcformat != COERCE_EXPLICIT_CAST && call->funcformat != COERCE_IMPLICIT_CAST) ||
        call->args == NIL)
        return nullptr;
    auto* argument = static_cast<Node*>(linitial(call->args));
    if (const char* why = CheckNaming(exprType(argument), call->funcresulttype)) return why;
    return CheckCast(reinterpret_cast<Node*>(call), argument, COERCION_METHOD_FUNCTION,
                     call->funcid);
}

// Sorting and grouping in another than the type's usual way.
const char* CheckSortClause(const SortGroupClause* clause) {
    if (const char* why = CheckOperator(clause->eqop)) return why;
    return OidIsValid(clause->sortop) ? CheckOperator(clause->sortop) : nullptr;
}

bool IsOrName(Oid type) {
    return pg::NamesObjectsByOid(type) || pg::NamesObjectsByOid(get_element_type(type));
}

bool SortsNames(const List* clauses, List* targets) {
    for (auto* clause : pg::Each<SortGroupClause>(clauses))
        if (IsOrName(
                exprType(get_sortgroupclause_expr(const_cast<SortGroupClause*>(clause), targets))))
            return true;
    return false;
}

const char* CheckAggregateOrder(const Aggref* aggregate) {
    return SortsNames(aggregate->aggorder, aggregate->args) ? kObjectOids : nullptr;
}

const char* CheckCollation(Oid collation) {
    return metadata::IsPrivate(CollationRelationId, collation) ? "a collation of one's own"
                                                               : nullptr;
}

const char* CheckRowTypes(const List* types) {
    for (const Oid type : pg::EachOid(types))
        if (!metadata::TypeIsEverywhere(type)) return psprintf("the type %s", format_type_be(type));
    return nullptr;
}

const char* CheckNamedObjects(const Const* value) {
    static constexpr const char* kWhy = "the name of an object of one's own";
    if (value->constisnull) return nullptr;
    if (pg::NamesObjectsByOid(value->consttype))
        return metadata::NameIsEverywhere(value->consttype, DatumGetObjectId(value->constvalue))
                   ? nullptr
                   : kWhy;
    if (value->constlen != -1) return nullptr;  // no array: spares a look-up
    const Oid element = get_element_type(value->consttype);
    if (!pg::NamesObjectsByOid(element)) return nullptr;
    Datum* objects = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(DatumGetArrayTypeP(value->constvalue), element, sizeof(Oid), true,
                      TYPALIGN_INT, &objects, &nulls, &count);
    for (int i = 0; i < count; i++)
        if (!nulls[i] && !metadata::NameIsEverywhere(element, DatumGetObjectId(objects[i])))
            return kWhy;
    return nullptr;
}

// What else the text of a task would name and another node may not have.
const char* CheckNames(Node* node) {
    switch (nodeTag(node)) {
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr:
        return CheckOperator(reinterpret_cast<OpExpr*>(node)->opno);
    case T_ScalarArrayOpExpr:
        return CheckOperator(reinterpret_cast<ScalarArrayOpExpr*>(node)->opno);
    case T_RowCompareExpr:
        return CheckOperators(reinterpret_cast<RowCompareExpr*>(node)->opnos);
    case T_RangeTblFunction:
        return CheckRowTypes(reinterpret_cast<RangeTblFunction*>(node)->funccoltypes);
    case T_CollateExpr:
        return CheckCollation(reinterpret_cast<CollateExpr*>(node)->collOid);
    case T_Const:
        if (const char* why = CheckNamedObjects(reinterpret_cast<Const*>(node))) return why;
        return CheckCollation(reinterpret_cast<Const*>(node)->constcollid);
    case T_RelabelType: {
        // What the planner makes of COLLATE.
        auto* argument = reinterpret_cast<Node*>(reinterpret_cast<RelabelType*>(node)->arg);
        const Oid collation = exprCollation(node);
        if (collation != exprCollation(argument))
            if (const char* why = CheckCollation(collation)) return why;
        if (const char* why = CheckNaming(exprType(argument), exprType(node))) return why;
        return CheckCast(node, argument, COERCION_METHOD_BINARY, InvalidOid);
    }
    case T_CoerceViaIO:
        if (pg::NamesObjectsByOid(exprType(node))) return kObjectOids;
        return CheckCast(node, reinterpret_cast<Node*>(reinterpret_cast<CoerceViaIO*>(node)->arg),
                         COERCION_METHOD_INOUT, InvalidOid);
    case T_Aggref:
        return CheckAggregateOrder(reinterpret_cast<Aggref*>(node));
    case T_FuncExpr:
        return CheckFunctionCast(reinterpret_cast<FuncExpr*>(node));
    case T_SortGroupClause:
        return CheckSortClause(reinterpret_cast<SortGroupClause*>(node));
    default:
        return nullptr;
    }
}

bool IsExact(Oid type) {
    return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID ||
           type == INTERVALOID || type == CASHOID;
}

// The same result whatever the order of its input: not so array_agg, and sums of floats.
bool IsOrderFree(const Aggref* aggregate) {
    static constexpr const char* kAlways[] = {"count", "min",    "max",     "bool_and", "bool_or",
                                              "every", "bit_or", "bit_and", "bit_xor"};
    static constexpr const char* kOfExactTypes[] = {
        "sum", "avg", "stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"};
    if (aggregate->aggfnoid >= FirstNormalObjectId) return false;
    const char* name = get_func_name(aggregate->aggfnoid);
    const auto is_name = [name](const char* other) { return strcmp(name, other) == 0; };
    if (std::any_of(std::begin(kAlways), std::end(kAlways), is_name)) return true;
    return list_length(aggregate->aggargtypes) == 1 &&
           IsExact(linitial_oid(aggregate->aggargtypes)) &&
           std::any_of(std::begin(kOfExactTypes), std::end(kOfExactTypes), is_name);
}

const char* CheckVar(const Var* var, const Query* level) {
    if (var->varattno > 0) return nullptr;
    if (var->varlevelsup > 0) {
        if (var->varattno < 0) return "a system column of an outer query";
        return IsRowOfDistributedTable(var->vartype) ? "a whole-row reference" : nullptr;
    }
    if (IS_SPECIAL_VARNO(var->varno) || static_cast<int>(var->varno) > list_length(level->rtable))
        return nullptr;
    const RangeTblEntry* rte = rt_fetch(var->varno, level->rtable);
    // The row type of a view is known here alone.
    if (rte->rtekind != RTE_RELATION && var->varattno == 0 &&
        !metadata::TypeIsEverywhere(var->vartype))
        return "a whole-row reference to a view";
    if (rte->rtekind != RTE_RELATION) return var->varattno < 0 ? "a system column" : nullptr;
    return var->varattno == 0 ? "a whole-row reference" : "a system column";
}

// What an expression says about types beyond those of its columns.
bool NamesUnknownType(Node* node) {
    return (IsA(node, Param) || NamesItsType(node)) && !metadata::TypeIsEverywhere(exprType(node));
}

// A node that plans with the value as a constant would raise what is wrong with it as it plans.
bool IsIntervalOfComputedPrecision(Node* node) {
    if (!IsA(node, FuncExpr)) return false;
    const auto* call = reinterpret_cast<const FuncExpr*>(node);
    return call->funcid == F_INTERVAL_INTERVAL_INT4 && !IsA(lsecond(call->args), Const);
}

// Why another node may not compute this node as it stands, its children left out; nullptr if it
// may.
const char* WhyNotElsewhere(Node* node, const Query* level) {
    if (IsA(node, Var)) return level ? CheckVar(reinterpret_cast<Var*>(node), level) : nullptr;
    if (IsA(node, CurrentOfExpr)) return "WHERE CURRENT OF";
    if (IsA(node, NextValueExpr)) return "a sequence";
    // It names groups, which are made elsewhere than where the columns are read.
    if (IsA(node, GroupingFunc)) return "GROUPING";
    if (IsA(node, Param) && reinterpret_cast<Param*>(node)->paramkind == PARAM_EXEC)
        return "a value of an outer query";
    // The value that it gets may be a name which other nodes do not know.
    if (IsA(node, Param) && IsOrName(exprType(node))) return kObjectOids;
    if (NamesUnknownType(node))
        return psprintf("the type %s, which no distributed table has",
                        format_type_be(exprType(node)));
    if (const char* why = CheckNames(node)) return why;
    if (IsIntervalOfComputedPrecision(node)) return "an interval of a computed precision";
    Oid culprit = InvalidOid;
    if (check_functions_in_node(node, CheckFunction, &culprit))
        return psprintf("the function %s", format_procedure(culprit));
    return nullptr;
}

// Whether the expression can be computed before the statement runs, and its value be sent.
bool CanEvaluateHere(Node* node) {
    switch (nodeTag(node)) {
    case T_FuncExpr:
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr:
    case T_ScalarArrayOpExpr:
    case T_SQLValueFunction:
    case T_CoerceViaIO:
    case T_ArrayCoerceExpr:
    case T_MinMaxExpr:
    case T_CaseExpr:
    case T_CoalesceExpr:
    case T_BoolExpr:
    case T_RowCompareExpr:
    case T_ArrayExpr:
    case T_FieldSelect:
    case T_SubscriptingRef:
    case T_NullTest:
    case T_BooleanTest:
    case T_RelabelType:
        break;
    default:
        return false;
    }
    if (!IsComputableUpFront(node) || expression_returns_set(node) ||
        contain_volatile_functions(node))
        return false;
    const Oid type = exprType(node);
    // A name may be known here alone.
    return CanTravel(type) && type != VOIDOID && !pg::NamesObjectsByOid(type) &&
           !pg::NamesObjectsByOid(get_element_type(type)) && metadata::TypeIsEverywhere(type);
}

}  // namespace

bool CanTravel(Oid type) {
    return type != RECORDOID && type != RECORDARRAYOID;
}

bool NamesItsType(const Node* node) {
    switch (nodeTag(node)) {
    case T_Const:
    case T_CoerceViaIO:
    case T_ArrayCoerceExpr:
    case T_CoerceToDomain:
    case T_ConvertRowtypeExpr:
    case T_RelabelType:
    case T_RowExpr:
        return true;
    default:
        return false;
    }
}

const char* WhySortsHere(const Query* level) {
    if (SortsNames(level->sortClause, level->targetList)) return kObjectOids;
    for (auto* window : pg::Each<WindowClause>(level->windowClause))
        if (SortsNames(window->orderClause, level->targetList)) return kObjectOids;
    return nullptr;
}

bool IsRemotable(Node* expression, const Query* level, const char** reason) {
    const char* why = nullptr;
    pg::WalkNode(expression, [&](Node* node, auto&& descend) {
        if (IsA(node, Query)) return false;
        why = WhyNotElsewhere(node, level);
        if (why) {
            // What fails as it stands may still be computed here.
            if (CanEvaluateHere(node)) why = nullptr;
            return why != nullptr;
        }
        if (CanEvaluateHere(node)) return false;
        return descend(node);
    });
    if (reason && why) *reason = why;
    return why == nullptr;
}

bool MayDifferBetweenCopies(Query* level) {
    if (level->limitCount || level->limitOffset || level->hasWindowFuncs || level->hasDistinctOn)
        return true;
    for (auto* rte : pg::Each<RangeTblEntry>(level->rtable))
        if (rte->tablesample) return true;
    if (contain_volatile_functions(reinterpret_cast<Node*>(level))) return true;
    return level->hasAggs &&
           pg::WalkNode(reinterpret_cast<Node*>(level), [&](Node* node, auto&& descend) {
               if (IsA(node, Query) && node != reinterpret_cast<Node*>(level)) return false;
               if (IsA(node, Aggref) && !IsOrderFree(reinterpret_cast<Aggref*>(node))) return true;
               return descend(node);
           });
}

bool NeedsEvaluationHere(Node* expression) {
    if (!CanEvaluateHere(expression)) return false;
    return contain_mutable_functions(expression) ||
           pg::WalkNode(expression, [](Node* node, auto&& descend) {
               return WhyNotElsewhere(node, nullptr) != nullptr || descend(node);
           });
}

bool IsComputableUpFront(Node* expression) {
    return !pg::WalkNode(expression, [](Node* node, auto&& descend) {
        switch (nodeTag(node)) {
        case T_Var:
        case T_Aggref:
        case T_WindowFunc:
        case T_GroupingFunc:
        case T_SubLink:
        case T_SubPlan:
        case T_Query:
        case T_CaseTestExpr:
        case T_CoerceToDomainValue:
        case T_SetToDefault:
        case T_CurrentOfExpr:
            return true;
        case T_Param:
            return reinterpret_cast<Param*>(node)->paramkind != PARAM_EXTERN ||
                   reinterpret_cast<Param*>(node)->paramid > kColumnParameters;
        default:
            return descend(node);
        }
    });
}

}  // namespace pgspan::planner
