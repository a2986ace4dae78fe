#include "engine/planner/remote_relation.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/asked_sublinks.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/decorrelate.h"
#include "engine/planner/level_columns.h"
#include "engine/planner/named_ctes.h"
#include "engine/planner/row_locks.h"
#include "engine/planner/safety.h"
#include "engine/planner/sameness.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/stored_values.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

Oid MarkerFunction(const char* name, Oid* known) {
    if (!OidIsValid(*known) || !SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(*known))) {
        const Oid type = INT8OID;
        List* names = pg::MakeList(makeString(pstrdup("pgspan")), makeString(pstrdup(name)));
        *known = LookupFuncName(names, 1, &type, false);
    }
    return *known;
}

// Of what may be left out, or computed again.
Oid StableRowsFunction() {
    static Oid oid = InvalidOid;
    return MarkerFunction("remote_rows", &oid);
}

// Of what writes, locks rows or gives other rows each time.
Oid VolatileRowsFunction() {
    static Oid oid = InvalidOid;
    return MarkerFunction("volatile_remote_rows", &oid);
}

// Addresses of what lives.
struct Registered {
    Registered* next;
    void* object;
    MemoryContextCallback forget;
};

Registered* registered = nullptr;

void Forget(void* entry) {
    for (Registered** link = &registered; *link; link = &(*link)->next) {
        if (*link != entry) continue;
        *link = (*link)->next;
        return;
    }
}

bool HasSetReturningFunction(Query* query) {
    return query->hasTargetSRFs;
}

// Several rows that are equal in all columns needed above are as good as one: only DISTINCT looks
// at them, and nothing tells them apart before it does.
void PushDistinct(const Query* upper, Query* remote, const List* local_quals) {
    if (!upper->distinctClause || upper->hasDistinctOn || upper->hasAggs || upper->hasWindowFuncs ||
        upper->groupClause || upper->groupingSets ||
        HasSetReturningFunction(const_cast<Query*>(upper)) || local_quals != NIL ||
        contain_volatile_functions(reinterpret_cast<Node*>(upper->targetList)) ||
        TellsEqualsApart(reinterpret_cast<Node*>(upper->targetList)))
        return;
    List* clauses = NIL;
    Index reference = 0;
    for (auto* entry : Each<TargetEntry>(remote->targetList)) {
        if (!IsA(entry->expr, Var) && !EqualMeansSame(reinterpret_cast<Node*>(entry->expr))) return;
        Oid less = InvalidOid;
        Oid equal_operator = InvalidOid;
        bool hashable = false;
        get_sort_group_operators(exprType(reinterpret_cast<Node*>(entry->expr)), false, false,
                                 false, &less, &equal_operator, nullptr, &hashable);
        if (!OidIsValid(equal_operator) || !OidIsValid(less)) return;
        entry->ressortgroupref = ++reference;
        auto* clause = makeNode(SortGroupClause);
        clause->tleSortGroupRef = reference;
        clause->eqop = equal_operator;
        clause->sortop = less;
        clause->hashable = hashable;
        clauses = lappend(clauses, clause);
    }
    remote->distinctClause = clauses;
    if (clauses == NIL)
        for (auto* entry : Each<TargetEntry>(remote->targetList)) entry->ressortgroupref = 0;
}

// Sub-queries of the clauses above FROM that each node answers for its own rows: they become
// columns.
List* SublinksOnNodes(const Level& level, const Shape& shape) {
    Query* query = level.query;
    if (!query->hasSubLinks || query->rowMarks) return NIL;
    const bool groups = query->groupClause || query->groupingSets || query->hasAggs;
    List* found = NIL;
    for (Node* clause : {reinterpret_cast<Node*>(query->targetList), query->havingQual})
        for (auto* sublink :
             Each<SubLink>(groups ? SublinksInAggregates(clause) : AskedSublinks(clause, false)))
            if (CanTravel(exprType(reinterpret_cast<Node*>(sublink))) &&
                NamesHashTable(castNode(Query, sublink->subselect)) &&
                contain_vars_of_level(sublink->subselect, 1) &&
                !contain_volatile_functions(reinterpret_cast<Node*>(sublink)) &&
                NodesCanAnswer(sublink, shape, level))
                found = lappend(found, sublink);
    return found;
}

// Adds the expressions to the columns of the relation, and puts the columns where they stood.
void ReturnAsColumns(const List* expressions, Query* upper, Query* remote) {
    List* columns = NIL;
    for (auto* expression : Each<Expr>(expressions)) {
        const auto number = static_cast<AttrNumber>(list_length(remote->targetList) + 1);
        TargetEntry* entry = makeTargetEntry(static_cast<Expr*>(copyObjectImpl(expression)), number,
                                             psprintf("c%d", number), false);
        remote->targetList = lappend(remote->targetList, entry);
        columns = lappend(columns, makeVarFromTargetEntry(1, entry));
    }
    upper->targetList = reinterpret_cast<List*>(
        WithoutPlaceholders(reinterpret_cast<Node*>(upper->targetList), columns));
    upper->havingQual = WithoutPlaceholders(upper->havingQual, columns);
}

// Takes the conjuncts out of the WHERE of the level that `remote` is a copy of. False if some are
// not of WHERE itself, but of nested inner joins.
bool TakeOut(const List* local_quals, const Query* query, Query* remote) {
    List* kept = NIL;
    int taken = 0;
    for (auto* clause : Each<Node>(ConjunctsOf(query->jointree->quals)))
        if (list_member_ptr(local_quals, clause) || list_member(local_quals, clause))
            taken++;
        else
            kept = lappend(kept, copyObjectImpl(clause));
    remote->jointree->quals = AllOf(kept);
    return taken == list_length(local_quals);
}

// FROM and WHERE of the level, without local_quals, as a query that selects nothing yet; nullptr if
// they cannot be one.
Query* FromAndWhereOf(const Query* query, const List* local_quals) {
    auto* remote = makeNode(Query);
    remote->commandType = CMD_SELECT;
    remote->canSetTag = true;
    remote->rtable = static_cast<List*>(copyObjectImpl(query->rtable));
    pg::ShareRights(remote, query);
    remote->cteList = static_cast<List*>(copyObjectImpl(query->cteList));
    remote->hasSubLinks = query->hasSubLinks;
    remote->rowMarks = static_cast<List*>(copyObjectImpl(query->rowMarks));
    for (auto* mark : Each<RowMarkClause>(remote->rowMarks)) mark->pushedDown = false;
    remote->hasForUpdate = remote->rowMarks != NIL;
    remote->jointree = static_cast<FromExpr*>(copyObjectImpl(query->jointree));
    if (local_quals != NIL && !TakeOut(local_quals, query, remote)) return nullptr;
    if (remote->cteList != NIL) KeepNamedCtes(remote);
    return DependsOnUpperLevels(remote) ? nullptr : remote;
}

// The number of rows matters even where no column does: one constant column stands for them.
void SelectSomething(Query* remote) {
    if (remote->targetList != NIL) return;
    auto* one = makeConst(INT4OID, -1, InvalidOid, 4, Int32GetDatum(1), false, true);
    remote->targetList =
        pg::MakeList(makeTargetEntry(reinterpret_cast<Expr*>(one), 1, pstrdup("one"), false));
}

// Makes the level's FROM and WHERE a remote relation; false if they cannot be one.
bool ReplaceLevel(Query* query, Query* checked) {
    if (query->commandType != CMD_SELECT || !query->jointree || query->jointree->fromlist == NIL ||
        query->setOperations)
        return false;
    List* local_quals = NIL;
    const Level level = {query, nullptr};
    const Shape shape = AnalyzeFromAsRoot(level, &local_quals);
    if (!shape.IsDistributed() || (shape.pin && IsA(shape.pin, Var))) return false;
    Query* remote = FromAndWhereOf(query, local_quals);
    if (!remote) return false;

    // CTEs of this level that something above FROM still needs stay where they are as well.
    LevelColumns columns;
    Query upper = *query;
    List* on_nodes = list_concat(SublinksOnNodes(level, shape), CallsOnStoredValues(query));
    upper.targetList = reinterpret_cast<List*>(
        WithPlaceholders(reinterpret_cast<Node*>(upper.targetList), on_nodes));
    upper.havingQual = WithPlaceholders(upper.havingQual, on_nodes);
    ReplaceInUpperClauses(&upper, &columns);
    Node* where = local_quals == NIL ? nullptr : ReplaceIn(AllOf(local_quals), &columns);
    for (auto* var : Each<Var>(columns.vars)) {
        const char* reason = nullptr;
        if (!IsRemotable(reinterpret_cast<Node*>(var), query, &reason) ||
            !CanTravel(exprType(reinterpret_cast<Node*>(var))))
            return false;
    }
    remote->targetList = TargetListOf(columns);
    ReturnAsColumns(on_nodes, &upper, remote);
    SelectSomething(remote);
    PushDistinct(query, remote, local_quals);

    auto* relation = static_cast<RemoteRelation*>(palloc0(sizeof(RemoteRelation)));
    relation->query = remote;
    relation->shape = shape;
    Register(relation);
    CollectRelations(remote, checked);

    *query = upper;
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    query->rtable = pg::MakeList(MakeRemoteEntry(relation, "remote"));
    query->jointree = makeFromExpr(pg::MakeList(reference), where);
    query->rowMarks = NIL;
    query->hasForUpdate = false;
    return true;
}

void ReplaceInLevel(Query* query, Query* checked) {
    check_stack_depth();
    if (!NamesHashTable(query)) return;
    DecorrelateLevel(query);
    if (!ReplaceLevel(query, checked) && query->rowMarks) LockInSubqueries(query);
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (!IsA(node, Query) || node == reinterpret_cast<Node*>(query)) return descend(node);
            ReplaceInLevel(reinterpret_cast<Query*>(node), checked);
            return false;
        },
        QTW_IGNORE_JOINALIASES);
}

}  // namespace

Node* ToRemote(Node* node, const RemoteRelation& relation, Index varno) {
    bool fits = true;
    Node* mapped = pg::MutateNode(node, [&](Node* n, auto&& descend) -> Node* {
        if (IsA(n, Var)) {
            const auto* var = reinterpret_cast<Var*>(n);
            if (var->varno != static_cast<int>(varno) || var->varlevelsup != 0 ||
                var->varattno <= 0) {
                fits = false;
                return n;
            }
            const auto* entry =
                static_cast<TargetEntry*>(list_nth(relation.query->targetList, var->varattno - 1));
            return static_cast<Node*>(copyObjectImpl(entry->expr));
        }
        if (IsA(n, SubLink) || IsA(n, SubPlan) || IsA(n, AlternativeSubPlan) ||
            IsA(n, PlaceHolderVar) || IsA(n, Query)) {
            fits = false;
            return n;
        }
        return descend(n);
    });
    return fits && IsRemotable(mapped, relation.query, nullptr) ? mapped : nullptr;
}

bool IsKeyColumn(const RemoteRelation& relation, AttrNumber column) {
    if (column <= 0 || column > list_length(relation.query->targetList)) return false;
    const auto* entry = static_cast<TargetEntry*>(list_nth(relation.query->targetList, column - 1));
    return IsA(entry->expr, Var) && IsKey(relation.shape, reinterpret_cast<Var*>(entry->expr));
}

void Register(void* object) {
    auto* entry = static_cast<Registered*>(palloc0(sizeof(Registered)));
    entry->object = object;
    entry->forget.func = Forget;
    entry->forget.arg = entry;
    MemoryContextRegisterResetCallback(CurrentMemoryContext, &entry->forget);
    entry->next = registered;
    registered = entry;
}

RangeTblFunction* MakeMarker(void* object, bool is_volatile) {
    auto* function = makeNode(RangeTblFunction);
    function->funcexpr = reinterpret_cast<Node*>(makeFuncExpr(
        is_volatile ? VolatileRowsFunction() : StableRowsFunction(), RECORDOID,
        pg::MakeList(makeConst(INT8OID, -1, InvalidOid, 8,
                               Int64GetDatum(reinterpret_cast<int64>(object)), false, true)),
        InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
    reinterpret_cast<FuncExpr*>(function->funcexpr)->funcretset = true;
    return function;
}

bool IsMarker(const Node* call_or_other) {
    if (!call_or_other || !IsA(call_or_other, FuncExpr)) return false;
    const auto* call = reinterpret_cast<const FuncExpr*>(call_or_other);
    return call->funcid >= FirstNormalObjectId &&
           (call->funcid == StableRowsFunction() || call->funcid == VolatileRowsFunction()) &&
           IsA(linitial(call->args), Const);
}

void* MarkedBy(const Node* call_or_other) {
    if (!IsMarker(call_or_other)) return nullptr;
    const auto* call = reinterpret_cast<const FuncExpr*>(call_or_other);
    const auto* address = castNode(Const, linitial(call->args));
    for (Registered* entry = registered; entry && !address->constisnull; entry = entry->next)
        if (reinterpret_cast<int64>(entry->object) == DatumGetInt64(address->constvalue))
            return entry->object;
    return nullptr;
}

RangeTblEntry* MakeRemoteEntry(RemoteRelation* relation, const char* alias) {
    RangeTblFunction* function = MakeMarker(
        relation, relation->query->rowMarks != NIL ||
                      contain_volatile_functions(reinterpret_cast<Node*>(relation->query)));
    List* names = NIL;
    for (auto* entry : Each<TargetEntry>(relation->query->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        function->funccolnames = lappend(function->funccolnames, makeString(entry->resname));
        function->funccoltypes = lappend_oid(function->funccoltypes, exprType(expr));
        function->funccoltypmods = lappend_int(function->funccoltypmods, exprTypmod(expr));
        function->funccolcollations = lappend_oid(function->funccolcollations, exprCollation(expr));
        names = lappend(names, makeString(entry->resname));
    }
    function->funccolcount = list_length(names);
    auto* rte = makeNode(RangeTblEntry);
    rte->rtekind = RTE_FUNCTION;
    rte->functions = pg::MakeList(function);
    rte->alias = makeAlias(alias, NIL);
    rte->eref = makeAlias(alias, names);
    rte->inFromCl = true;
    return rte;
}

RemoteRelation* RemoteRelationOf(const RangeTblEntry* rte) {
    if (rte->rtekind != RTE_FUNCTION || list_length(rte->functions) != 1) return nullptr;
    return RemoteRelationOf(static_cast<RangeTblFunction*>(linitial(rte->functions))->funcexpr);
}

RemoteRelation* RemoteRelationOf(const Node* node) {
    return static_cast<RemoteRelation*>(MarkedBy(node));
}

void ReplaceByRemoteRelations(Query* query, Query* checked) {
    ReplaceInLevel(query, checked);
}

}  // namespace pgspan::planner
