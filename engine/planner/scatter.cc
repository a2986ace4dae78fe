#include "engine/planner/scatter.h"

#include "engine/pg/list.h"
#include "engine/plan/distributed_plan.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "catalog/pg_collation.h"
#include "parser/parse_func.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// Arguments of pgspan.scatter before the values.
constexpr int kOtherArguments = 2;

Oid FunctionOf(const char* name, std::span<const Oid> types) {
    List* qualified = pg::MakeList(makeString(pstrdup("pgspan")), makeString(pstrdup(name)));
    return LookupFuncName(qualified, static_cast<int>(types.size()), types.data(), false);
}

Aggref* CallOfScatter(const metadata::Table& table, int key, const List* values) {
    const Oid types[] = {INT4OID, INT4OID, ANYOID};
    auto* call = makeNode(Aggref);
    call->aggfnoid = FunctionOf("scatter", types);
    call->aggtype = TEXTOID;
    call->aggcollid = DEFAULT_COLLATION_OID;
    call->inputcollid = DEFAULT_COLLATION_OID;
    call->aggkind = AGGKIND_NORMAL;
    call->aggsplit = AGGSPLIT_SIMPLE;
    call->aggno = call->aggtransno = -1;
    call->location = -1;
    const auto add = [call](Node* value) {
        call->aggargtypes = lappend_oid(call->aggargtypes, exprType(value));
        call->args = lappend(
            call->args,
            makeTargetEntry(reinterpret_cast<Expr*>(value),
                            static_cast<AttrNumber>(list_length(call->args) + 1), nullptr, false));
    };
    for (const int number : {static_cast<int>(table.table_id), key})
        add(reinterpret_cast<Node*>(
            makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(number), false, true)));
    for (auto* value : Each<Node>(values)) add(value);
    return call;
}

}  // namespace

Query* ScatterQuery(RangeTblEntry* rows, const metadata::Table& table, int key,
                    const List* values) {
    Query* scatter = SelectOver(
        rows,
        pg::MakeList(makeTargetEntry(reinterpret_cast<Expr*>(CallOfScatter(table, key, values)), 1,
                                     pstrdup("scatter"), false)),
        nullptr);
    scatter->hasAggs = true;
    return scatter;
}

bool CanScatter(const List* values) {
    return values != NIL && list_length(values) + kOtherArguments < FUNC_MAX_ARGS;
}

Expr* ScatterResult() {
    const Oid types[] = {INTERNALOID};
    return reinterpret_cast<Expr*>(
        makeFuncExpr(FunctionOf("scatter_handle", types), TEXTOID,
                     pg::MakeList(makeNullConst(INTERNALOID, -1, InvalidOid)),
                     DEFAULT_COLLATION_OID, InvalidOid, COERCE_EXPLICIT_CALL));
}

List* GatherTypes() {
    List* types = NIL;
    for (const Oid type : plan::kGatherTypes) types = lappend_oid(types, type);
    return types;
}

bool IsGatherEntry(const RangeTblEntry* entry) {
    if (list_length(entry->functions) != 1) return false;
    const auto* function = linitial_node(RangeTblFunction, entry->functions);
    if (function->funccolnames == NIL || !IsA(function->funcexpr, FuncExpr)) return false;
    const Oid called = reinterpret_cast<FuncExpr*>(function->funcexpr)->funcid;
    const char* name = get_func_name(called);
    return name && strcmp(name, "gather") == 0 &&
           get_func_namespace(called) == get_namespace_oid("pgspan", true);
}

RangeTblEntry* MakeGatherEntry(List* arguments, const List* values, const char* name) {
    auto* call = makeFuncExpr(FunctionOf("gather", plan::kGatherTypes), RECORDOID, arguments,
                              InvalidOid, DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
    call->funcretset = true;
    auto* function = makeNode(RangeTblFunction);
    function->funcexpr = reinterpret_cast<Node*>(call);
    List* names = NIL;
    for (auto* value : Each<Node>(values)) {
        names = lappend(names, makeString(psprintf("c%d", list_length(names) + 1)));
        function->funccoltypes = lappend_oid(function->funccoltypes, exprType(value));
        function->funccoltypmods = lappend_int(function->funccoltypmods, exprTypmod(value));
        function->funccolcollations =
            lappend_oid(function->funccolcollations, exprCollation(value));
    }
    function->funccolcount = list_length(names);
    function->funccolnames = names;
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_FUNCTION;
    entry->inFromCl = true;
    entry->functions = pg::MakeList(function);
    entry->alias = makeAlias(name, static_cast<List*>(copyObjectImpl(names)));
    entry->eref = makeAlias(name, static_cast<List*>(copyObjectImpl(names)));
    return entry;
}

}  // namespace pgspan::planner
