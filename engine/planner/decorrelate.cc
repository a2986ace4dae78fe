#include "engine/planner/decorrelate.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/level_columns.h"
#include "engine/planner/shape.h"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_aggregate.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parse_oper.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

constexpr const char* kCteName = "pgspan_outer";

// One conjunct with its sub-query.
struct Correlated {
    Node* conjunct;
    SubLink* sublink;
    List* keys;  // of Var: columns of the level above, as the sub-query names them (varlevelsup 1)
};

bool HasOuterVar(Node* node) {
    return contain_vars_of_level(node, 1);
}

// Built-in aggregates that are NULL over no rows.
bool IsNullOverNothing(const Aggref* aggregate) {
    return aggregate->aggfnoid < FirstNormalObjectId && aggregate->aggkind == AGGKIND_NORMAL &&
           aggregate->aggfnoid != F_COUNT_ && aggregate->aggfnoid != F_COUNT_ANY &&
           aggregate->aggfnoid != F_REGR_COUNT;
}

// True if the sub-query's value is NULL when it finds no rows: a strict expression of such
// aggregates.
bool ValueIsNullOverNothing(Node* value) {
    bool fits = contain_agg_clause(value);
    Node* strict = pg::MutateNode(value, [&](Node* n, auto&& descend) -> Node* {
        if (!IsA(n, Aggref)) return descend(n);
        fits = fits && IsNullOverNothing(reinterpret_cast<Aggref*>(n));
        return reinterpret_cast<Node*>(makeVar(1, 1, exprType(n), -1, exprCollation(n), 0));
    });
    return fits && !contain_nonstrict_functions(strict) &&
           bms_membership(pull_varnos(nullptr, strict)) != BMS_EMPTY_SET;
}

// An equality that compares values of the key's type as its default equality does.
bool IsKeyEquality(Node* clause, Var** key) {
    if (!IsA(clause, OpExpr)) return false;
    const auto* op = reinterpret_cast<OpExpr*>(clause);
    if (list_length(op->args) != 2) return false;
    for (int i = 0; i < 2; i++) {
        Node* mine = StripRelabel(static_cast<Node*>(list_nth(op->args, i)));
        auto* other = static_cast<Node*>(list_nth(op->args, 1 - i));
        if (!IsA(mine, Var) || reinterpret_cast<Var*>(mine)->varlevelsup != 1 || HasOuterVar(other))
            continue;
        auto* var = reinterpret_cast<Var*>(mine);
        const TypeCacheEntry* type =
            lookup_type_cache(var->vartype, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR);
        if (!OidIsValid(type->eq_opr) || !OidIsValid(type->lt_opr) || var->varattno <= 0 ||
            !op_strict(op->opno) || !equality_ops_are_compatible(op->opno, type->eq_opr))
            return false;
        if (OidIsValid(op->inputcollid) && !(get_collation_isdeterministic(op->inputcollid) &&
                                             get_collation_isdeterministic(var->varcollid)))
            return false;
        *key = var;
        return true;
    }
    return false;
}

// The keys by which a sub-query is correlated; NIL if by anything else than equalities in its
// WHERE.
List* KeysOf(Query* sub) {
    if (sub->commandType != CMD_SELECT || sub->setOperations || sub->cteList || sub->groupClause ||
        sub->groupingSets || sub->havingQual || sub->hasWindowFuncs || sub->hasTargetSRFs ||
        sub->distinctClause || sub->limitCount || sub->limitOffset || sub->rowMarks ||
        !sub->hasAggs || list_length(sub->targetList) != 1)
        return NIL;
    const auto* value = static_cast<TargetEntry*>(linitial(sub->targetList));
    if (!ValueIsNullOverNothing(reinterpret_cast<Node*>(value->expr)) ||
        contain_volatile_functions(reinterpret_cast<Node*>(sub)))
        return NIL;
    List* keys = NIL;
    List* rest = NIL;
    for (auto* clause :
         Each<Node>(make_ands_implicit(reinterpret_cast<Expr*>(sub->jointree->quals)))) {
        Var* key = nullptr;
        if (!IsKeyEquality(clause, &key))
            rest = lappend(rest, clause);
        else if (!list_member(keys, key))
            keys = lappend(keys, key);
    }
    auto* others = static_cast<Query*>(copyObjectImpl(sub));
    others->jointree->quals = rest ? reinterpret_cast<Node*>(make_ands_explicit(rest)) : nullptr;
    return DependsOnUpperLevels(others) ? NIL : keys;
}

// The only sub-query of an expression; nullptr if there are none or several.
SubLink* OnlySublink(Node* expression) {
    SubLink* found = nullptr;
    int count = 0;
    pg::WalkNode(expression, [&](Node* n, auto&& descend) {
        if (IsA(n, SubLink)) {
            found = reinterpret_cast<SubLink*>(n);
            count++;
        }
        return IsA(n, Query) ? false : descend(n);
    });
    return count == 1 ? found : nullptr;
}

bool Examine(Node* conjunct, Correlated* result) {
    SubLink* sublink = OnlySublink(conjunct);
    if (!sublink || sublink->subLinkType != EXPR_SUBLINK) return false;
    auto* sub = castNode(Query, sublink->subselect);
    if (!NamesHashTable(sub)) return false;
    *result = {conjunct, sublink, KeysOf(sub)};
    return result->keys != NIL;
}

// The conjuncts that are to be rewritten; the others in *kept.
List* FindCorrelated(Query* query, List** kept) {
    List* found = NIL;
    for (auto* conjunct :
         Each<Node>(make_ands_implicit(reinterpret_cast<Expr*>(query->jointree->quals)))) {
        Correlated correlated;
        if (!Examine(conjunct, &correlated)) {
            *kept = lappend(*kept, conjunct);
            continue;
        }
        auto* copy = static_cast<Correlated*>(palloc(sizeof(Correlated)));
        *copy = correlated;
        found = lappend(found, copy);
    }
    return found;
}

// Whether nodes can answer the sub-query beside their rows, and the level with it.
bool NodesCanAnswer(Query* query, const List* correlated) {
    List* local_quals = NIL;
    const Level level = {query, nullptr};
    const Shape shape = AnalyzeFromAsRoot(level, &local_quals);
    if (!shape.IsDistributed()) return false;
    for (auto* one : Each<Correlated>(correlated))
        if (list_member(local_quals, one->conjunct)) return false;
    return true;
}

RangeTblRef* AddEntry(Query* query, RangeTblEntry* entry) {
    query->rtable = lappend(query->rtable, entry);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = list_length(query->rtable);
    query->jointree->fromlist = lappend(query->jointree->fromlist, reference);
    return reference;
}

List* NamesOf(const List* targets) {
    List* names = NIL;
    for (auto* entry : Each<TargetEntry>(targets))
        names = lappend(names, makeString(pstrdup(entry->resname)));
    return names;
}

CommonTableExpr* MakeCte(Query* outer, int references) {
    auto* cte = makeNode(CommonTableExpr);
    cte->ctename = pstrdup(kCteName);
    cte->ctematerialized = CTEMaterializeAlways;
    cte->ctequery = reinterpret_cast<Node*>(outer);
    cte->location = -1;
    cte->cterefcount = references;
    for (auto* entry : Each<TargetEntry>(outer->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        cte->ctecoltypes = lappend_oid(cte->ctecoltypes, exprType(expr));
        cte->ctecoltypmods = lappend_int(cte->ctecoltypmods, exprTypmod(expr));
        cte->ctecolcollations = lappend_oid(cte->ctecolcollations, exprCollation(expr));
    }
    cte->ctecolnames = NamesOf(outer->targetList);
    return cte;
}

RangeTblEntry* MakeCteEntry(const CommonTableExpr* cte, Index levels_up) {
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_CTE;
    entry->ctename = pstrdup(cte->ctename);
    entry->ctelevelsup = levels_up;
    entry->coltypes = list_copy(cte->ctecoltypes);
    entry->coltypmods = list_copy(cte->ctecoltypmods);
    entry->colcollations = list_copy(cte->ctecolcollations);
    entry->eref = makeAlias(kCteName, static_cast<List*>(copyObjectImpl(cte->ctecolnames)));
    entry->inFromCl = true;
    return entry;
}

RangeTblEntry* MakeSubqueryEntry(Query* subquery, const char* name) {
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_SUBQUERY;
    entry->subquery = subquery;
    entry->alias = makeAlias(name, NIL);
    entry->eref = makeAlias(name, NamesOf(subquery->targetList));
    entry->inFromCl = true;
    return entry;
}

Var* KeyVar(int varno, AttrNumber number, const Var* key) {
    return makeVar(varno, number, key->vartype, key->vartypmod, key->varcollid, 0);
}

// Marks a column as one by which rows are told apart.
SortGroupClause* MakeGroupClause(TargetEntry* entry, Index reference) {
    auto* clause = makeNode(SortGroupClause);
    entry->ressortgroupref = clause->tleSortGroupRef = reference;
    get_sort_group_operators(exprType(reinterpret_cast<Node*>(entry->expr)), true, true, false,
                             &clause->sortop, &clause->eqop, nullptr, &clause->hashable);
    return clause;
}

TargetEntry* MakeKeyTarget(Var* var, AttrNumber number) {
    return makeTargetEntry(reinterpret_cast<Expr*>(var), number, psprintf("k%d", number), false);
}

// SELECT DISTINCT keys FROM the CTE, two levels above.
Query* MakeKeyQuery(const CommonTableExpr* cte, const List* keys) {
    auto* query = makeNode(Query);
    query->commandType = CMD_SELECT;
    query->canSetTag = true;
    query->jointree = makeFromExpr(NIL, nullptr);
    const int varno = AddEntry(query, MakeCteEntry(cte, 2))->rtindex;
    AttrNumber number = 0;
    for (auto* key : Each<Var>(keys)) {
        number++;
        TargetEntry* entry = MakeKeyTarget(KeyVar(varno, key->varattno, key), number);
        query->targetList = lappend(query->targetList, entry);
        query->distinctClause = lappend(query->distinctClause, MakeGroupClause(entry, number));
    }
    return query;
}

// The sub-query for all keys at once: SELECT keys, value FROM keys, … GROUP BY keys.
Query* MakeAnswer(const Correlated& correlated, const CommonTableExpr* cte) {
    auto* query = castNode(Query, correlated.sublink->subselect);
    const int varno =
        AddEntry(query, MakeSubqueryEntry(MakeKeyQuery(cte, correlated.keys), "keys"))->rtindex;
    const auto position = [&](const Var* var) {
        AttrNumber number = 0;
        for (auto* key : Each<Var>(correlated.keys)) {
            number++;
            if (equal(key, var)) return number;
        }
        elog(ERROR, "an unexpected column of an outer query");
    };
    query->jointree->quals =
        pg::MutateNode(query->jointree->quals, [&](Node* n, auto&& descend) -> Node* {
            if (IsA(n, Query)) return n;  // names nothing above the sub-query
            if (!IsA(n, Var) || reinterpret_cast<Var*>(n)->varlevelsup != 1) return descend(n);
            const auto* var = reinterpret_cast<Var*>(n);
            return reinterpret_cast<Node*>(KeyVar(varno, position(var), var));
        });
    auto* value = static_cast<TargetEntry*>(linitial(query->targetList));
    List* targets = NIL;
    AttrNumber number = 0;
    for (auto* key : Each<Var>(correlated.keys)) {
        number++;
        TargetEntry* entry = MakeKeyTarget(KeyVar(varno, number, key), number);
        targets = lappend(targets, entry);
        query->groupClause = lappend(query->groupClause, MakeGroupClause(entry, number));
    }
    value->resno = static_cast<AttrNumber>(number + 1);
    value->resname = pstrdup("value");
    query->targetList = lappend(targets, value);
    return query;
}

Node* MakeEquality(Var* left, Var* right) {
    const TypeCacheEntry* type = lookup_type_cache(left->vartype, TYPECACHE_EQ_OPR);
    auto* op = reinterpret_cast<OpExpr*>(
        make_opclause(type->eq_opr, BOOLOID, false, reinterpret_cast<Expr*>(left),
                      reinterpret_cast<Expr*>(right), InvalidOid, left->varcollid));
    set_opfuncid(op);
    return reinterpret_cast<Node*>(op);
}

// The conjunct with the sub-query's value as a column of the relation varno, and the key
// equalities.
List* ConditionsOn(const Correlated& correlated, int varno) {
    const auto* sub = castNode(Query, correlated.sublink->subselect);
    const auto* value = static_cast<TargetEntry*>(llast(sub->targetList));
    auto* expr = reinterpret_cast<Node*>(value->expr);
    Var* column =
        makeVar(varno, value->resno, exprType(expr), exprTypmod(expr), exprCollation(expr), 0);
    List* conditions =
        pg::MakeList(pg::MutateNode(correlated.conjunct, [&](Node* n, auto&& descend) -> Node* {
            return IsA(n, SubLink) ? reinterpret_cast<Node*>(column) : descend(n);
        }));
    AttrNumber number = 0;
    for (auto* key : Each<Var>(correlated.keys)) {
        number++;
        conditions = lappend(
            conditions, MakeEquality(KeyVar(1, key->varattno, key), KeyVar(varno, number, key)));
    }
    return conditions;
}

// False if the condition could hold for NULL in the place of the sub-query: then rows that it finds
// nothing for may count.
bool RejectsNull(const Correlated& correlated) {
    auto* value = makeVar(1, 1, exprType(reinterpret_cast<Node*>(correlated.sublink)), -1,
                          exprCollation(reinterpret_cast<Node*>(correlated.sublink)), 0);
    Node* condition = pg::MutateNode(correlated.conjunct, [&](Node* n, auto&& descend) -> Node* {
        if (IsA(n, SubLink)) return reinterpret_cast<Node*>(value);
        if (IsA(n, Var)) {
            auto* var = static_cast<Var*>(copyObjectImpl(n));
            var->varno = 2;
            return reinterpret_cast<Node*>(var);
        }
        return descend(n);
    });
    return bms_is_member(1, find_nonnullable_rels(condition));
}

Query* MakeOuterQuery(const Query* query, List* kept) {
    auto* outer = makeNode(Query);
    outer->commandType = CMD_SELECT;
    outer->canSetTag = true;
    outer->rtable = static_cast<List*>(copyObjectImpl(query->rtable));
    outer->hasSubLinks = checkExprHasSubLink(reinterpret_cast<Node*>(kept)) ||
                         checkExprHasSubLink(reinterpret_cast<Node*>(query->jointree->fromlist));
    outer->jointree =
        makeFromExpr(static_cast<List*>(copyObjectImpl(query->jointree->fromlist)),
                     kept ? reinterpret_cast<Node*>(make_ands_explicit(kept)) : nullptr);
    return outer;
}

bool CanRewrite(Query* query) {
    return query->commandType == CMD_SELECT && query->hasSubLinks && query->jointree &&
           query->jointree->quals && query->jointree->fromlist != NIL && !query->setOperations &&
           !query->rowMarks && query->cteList == NIL && !DependsOnUpperLevels(query);
}

}  // namespace

bool DecorrelateLevel(Query* query) {
    if (!CanRewrite(query)) return false;
    List* kept = NIL;
    List* found = FindCorrelated(query, &kept);
    for (auto* one : Each<Correlated>(found))
        if (!RejectsNull(*one)) return false;
    if (found == NIL || NodesCanAnswer(query, found)) return false;
    if (contain_volatile_functions(reinterpret_cast<Node*>(query->jointree))) return false;

    Query* outer = MakeOuterQuery(query, kept);
    LevelColumns columns;
    ReplaceInUpperClauses(query, &columns);
    for (auto* one : Each<Correlated>(found)) {
        one->conjunct = ReplaceIn(one->conjunct, &columns);
        one->sublink = OnlySublink(one->conjunct);
        one->keys = KeysOf(castNode(Query, one->sublink->subselect));
    }
    outer->targetList = TargetListOf(columns);
    CommonTableExpr* cte = MakeCte(outer, 1 + list_length(found));
    query->cteList = pg::MakeList(cte);
    query->rtable = NIL;
    query->jointree = makeFromExpr(NIL, nullptr);
    AddEntry(query, MakeCteEntry(cte, 0));
    List* conditions = NIL;
    for (auto* one : Each<Correlated>(found)) {
        Query* answer = MakeAnswer(*one, cte);
        const int varno = AddEntry(query, MakeSubqueryEntry(answer, "answer"))->rtindex;
        conditions = list_concat(conditions, ConditionsOn(*one, varno));
    }
    query->jointree->quals = reinterpret_cast<Node*>(make_ands_explicit(conditions));
    return true;
}

}  // namespace pgspan::planner
