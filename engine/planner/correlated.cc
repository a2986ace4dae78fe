#include "engine/planner/correlated.h"

#include "engine/pg/list.h"
#include "engine/pg/subtransaction.h"
#include "engine/pg/walk.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/hash_equality.h"
#include "engine/planner/level_columns.h"
#include "engine/planner/safety.h"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_aggregate.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// Keys
// --------------------------------------------------------------------------------------------------------

bool NamesLevel(Node* node, Index level) {
    return contain_vars_of_level(node, static_cast<int>(level));
}

// An expression over columns of the level above alone.
bool IsOuter(Node* node) {
    return NamesLevel(node, 1) && !NamesLevel(node, 0) && !checkExprHasSubLink(node) &&
           !pg::WalkNode(node, [](Node* n, auto&& descend) {
               if (IsA(n, Var))
                   return reinterpret_cast<Var*>(n)->varlevelsup != 1 ||
                          reinterpret_cast<Var*>(n)->varattno <= 0;
               return IsA(n, Aggref) || IsA(n, GroupingFunc) || IsA(n, WindowFunc) || descend(n);
           });
}

// True if the operator cannot tell values apart that the default equality of the type finds equal.
bool ComparesByDefault(const OpExpr* op, Node* key) {
    const TypeCacheEntry* type = lookup_type_cache(
        exprType(key), TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR | TYPECACHE_BTREE_OPFAMILY);
    if (!OidIsValid(type->eq_opr) || !OidIsValid(type->lt_opr) || !OidIsValid(type->btree_opf) ||
        !op_strict(op->opno) || get_op_opfamily_strategy(op->opno, type->btree_opf) == 0)
        return false;
    const Oid collation = exprCollation(key);
    return (!OidIsValid(op->inputcollid) || get_collation_isdeterministic(op->inputcollid)) &&
           (!OidIsValid(collation) || get_collation_isdeterministic(collation));
}

// The key that the condition compares with something of the sub-query's own; nullptr if it does
// not.
Node* KeyOf(Node* clause) {
    if (!IsA(clause, OpExpr)) return nullptr;
    const auto* op = reinterpret_cast<OpExpr*>(clause);
    if (list_length(op->args) != 2) return nullptr;
    for (int i = 0; i < 2; i++) {
        Node* mine = StripRelabel(static_cast<Node*>(list_nth(op->args, i)));
        auto* other = static_cast<Node*>(list_nth(op->args, 1 - i));
        if (!NamesLevel(other, 1) && IsOuter(mine))
            return ComparesByDefault(op, mine) ? mine : nullptr;
    }
    return nullptr;
}

List* ConditionsOf(const Query* query) {
    return ConjunctsOf(query->jointree->quals);
}

// NIL if the sub-query is correlated by anything else than comparisons in its WHERE.
List* KeysOf(Query* sub) {
    List* keys = NIL;
    List* rest = NIL;
    for (auto* clause : Each<Node>(ConditionsOf(sub))) {
        if (Node* key = KeyOf(clause))
            keys = list_append_unique(keys, key);
        else
            rest = lappend(rest, clause);
    }
    auto* others = static_cast<Query*>(copyObjectImpl(sub));
    others->jointree->quals = AllOf(rest);
    return DependsOnUpperLevels(others) ? NIL : keys;
}

// Values
// --------------------------------------------------------------------------------------------------------

bool IsCount(const Aggref* aggregate) {
    return aggregate->aggfnoid == F_COUNT_ || aggregate->aggfnoid == F_COUNT_ANY ||
           aggregate->aggfnoid == F_REGR_COUNT;
}

// What the aggregates make of no rows: built-in ones are NULL then, but for those that count.
// nullptr if that is not known, or not a value.
Const* ValueOverNothing(Node* value) {
    bool known = !checkExprHasSubLink(value);
    Node* over_nothing = pg::MutateNode(value, [&](Node* n, auto&& descend) -> Node* {
        if (!IsA(n, Aggref)) return descend(n);
        const auto* aggregate = reinterpret_cast<Aggref*>(n);
        known = known && aggregate->aggfnoid < FirstNormalObjectId &&
                aggregate->aggkind == AGGKIND_NORMAL && aggregate->agglevelsup == 0;
        if (IsCount(aggregate))
            return reinterpret_cast<Node*>(
                makeConst(INT8OID, -1, InvalidOid, sizeof(int64), Int64GetDatum(0), false, true));
        return reinterpret_cast<Node*>(makeNullConst(exprType(n), -1, exprCollation(n)));
    });
    if (!known) return nullptr;
    if (IsA(over_nothing, Const)) return reinterpret_cast<Const*>(over_nothing);
    // What fails for nothing may never be asked for.
    Node* folded = nullptr;
    ErrorData* error = pg::Attempt([&] { folded = eval_const_expressions(nullptr, over_nothing); });
    return !error && IsA(folded, Const) ? reinterpret_cast<Const*>(folded) : nullptr;
}

bool IsOne(Node* limit) {
    if (!limit || !IsComputableUpFront(limit) || contain_mutable_functions(limit)) return false;
    limit = eval_const_expressions(nullptr, limit);
    if (!IsA(limit, Const)) return false;
    const auto* value = reinterpret_cast<const Const*>(limit);
    return !value->constisnull && DatumGetInt64(value->constvalue) == 1;
}

bool IsPlain(const Query* sub) {
    return sub->commandType == CMD_SELECT && !sub->setOperations && !sub->cteList &&
           !sub->groupClause && !sub->groupingSets && !sub->havingQual && !sub->hasWindowFuncs &&
           !sub->hasTargetSRFs && !sub->distinctClause && !sub->limitOffset && !sub->rowMarks;
}

const TargetEntry* ValueOf(const Query* sub) {
    const TargetEntry* value = nullptr;
    for (auto* entry : Each<TargetEntry>(sub->targetList)) {
        if (entry->resjunk) continue;
        if (value) return nullptr;
        value = entry;
    }
    return value;
}

// True if a value of the type can be taken out of an array of them.
bool FitsInArray(Node* value) {
    const Oid type = getBaseType(exprType(value));
    return OidIsValid(get_array_type(exprType(value))) && !OidIsValid(get_element_type(type)) &&
           get_typtype(type) != TYPTYPE_PSEUDO;
}

Const* NothingOf(const Query* sub) {
    auto* value = reinterpret_cast<Node*>(ValueOf(sub)->expr);
    if (sub->hasAggs) return sub->limitCount ? nullptr : ValueOverNothing(value);
    const bool first = IsOne(sub->limitCount) && sub->limitOption == LIMIT_OPTION_COUNT;
    if (sub->limitCount ? !first : !FitsInArray(value)) return nullptr;
    return makeNullConst(exprType(value), exprTypmod(value), exprCollation(value));
}

// Answers
// --------------------------------------------------------------------------------------------------------

// The one of several values that there may be: pgspan.only_value(array_agg(value)).
Expr* OnlyValue(Expr* value) {
    const Oid type = exprType(reinterpret_cast<Node*>(value));
    const Oid array = get_array_type(type);
    const Oid collation = exprCollation(reinterpret_cast<Node*>(value));
    auto* aggregate = makeNode(Aggref);
    aggregate->aggfnoid = F_ARRAY_AGG_ANYNONARRAY;
    aggregate->aggtype = array;
    aggregate->aggcollid = aggregate->inputcollid = collation;
    aggregate->aggargtypes = list_make1_oid(type);
    aggregate->args = pg::MakeList(makeTargetEntry(value, 1, nullptr, false));
    aggregate->aggkind = AGGKIND_NORMAL;
    aggregate->aggsplit = AGGSPLIT_SIMPLE;
    aggregate->aggno = aggregate->aggtransno = -1;
    aggregate->location = -1;
    const Oid argument = ANYARRAYOID;
    List* name = pg::MakeList(makeString(pstrdup("pgspan")), makeString(pstrdup("only_value")));
    return reinterpret_cast<Expr*>(makeFuncExpr(LookupFuncName(name, 1, &argument, false), type,
                                                pg::MakeList(aggregate), collation, collation,
                                                COERCE_EXPLICIT_CALL));
}

// One row for each of the keys, which are the first columns.
void ReduceToKeys(Query* query, int keys) {
    List* clauses = NIL;
    Index reference = 0;
    for (auto* entry : Each<TargetEntry>(query->targetList))
        reference = std::max(reference, entry->ressortgroupref);
    for (int i = 0; i < keys; i++)
        clauses = lappend(clauses,
                          MakeGroupClause(static_cast<TargetEntry*>(list_nth(query->targetList, i)),
                                          ++reference));
    if (query->limitCount) {
        query->distinctClause = clauses;
        query->hasDistinctOn = true;
        query->sortClause = list_concat_copy(clauses, query->sortClause);
        query->limitCount = nullptr;
        return;
    }
    query->groupClause = clauses;
    auto* value = static_cast<TargetEntry*>(list_nth(query->targetList, keys));
    if (!query->hasAggs) {
        // The order in which several rows would come does not matter.
        query->sortClause = NIL;
        value->ressortgroupref = 0;
        query->targetList = list_truncate(query->targetList, keys + 1);
        value->expr = OnlyValue(value->expr);
    }
    query->hasAggs = true;
}

}  // namespace

Correlated* Examine(SubLink* sublink) {
    if (sublink->subLinkType != EXPR_SUBLINK) return nullptr;
    auto* sub = castNode(Query, sublink->subselect);
    if (!IsPlain(sub) || !ValueOf(sub) || !NamesHashTable(sub) ||
        contain_volatile_functions(reinterpret_cast<Node*>(sub)))
        return nullptr;
    // An aggregate of the level above, or of this one that is sorted by, has no place in the
    // answer.
    if (sub->hasAggs && sub->sortClause) return nullptr;
    List* keys = KeysOf(sub);
    if (keys == NIL) return nullptr;
    Const* nothing = NothingOf(sub);
    if (!nothing) return nullptr;
    auto* correlated = static_cast<Correlated*>(palloc(sizeof(Correlated)));
    *correlated = {sublink, keys, nothing};
    return correlated;
}

Query* MakeAnswer(const Correlated& correlated, RangeTblEntry* keys) {
    auto* query = static_cast<Query*>(copyObjectImpl(correlated.sublink->subselect));
    const int varno = AddToFrom(query, keys);
    const auto column = [&](AttrNumber number) {
        auto* key = static_cast<Node*>(list_nth(correlated.keys, number - 1));
        return makeVar(varno, number, exprType(key), exprTypmod(key), exprCollation(key), 0);
    };
    query->jointree->quals =
        pg::MutateNode(query->jointree->quals, [&](Node* n, auto&& descend) -> Node* {
            if (IsA(n, Query)) return n;  // names nothing above the sub-query
            AttrNumber number = 0;
            for (auto* key : Each<Node>(correlated.keys)) {
                number++;
                if (equal(key, n)) return reinterpret_cast<Node*>(column(number));
            }
            return descend(n);
        });
    List* targets = NIL;
    for (AttrNumber number = 1; number <= list_length(correlated.keys); number++)
        targets = lappend(targets, MakeKeyTarget(reinterpret_cast<Expr*>(column(number)), number));
    const int key_count = list_length(targets);
    auto* value = const_cast<TargetEntry*>(ValueOf(query));
    value->resname = pstrdup("value");
    targets = lappend(targets, value);
    for (auto* entry : Each<TargetEntry>(query->targetList))
        if (entry != value) targets = lappend(targets, entry);
    AttrNumber number = 0;
    for (auto* entry : Each<TargetEntry>(targets)) entry->resno = ++number;
    query->targetList = targets;
    ReduceToKeys(query, key_count);
    return query;
}

int AddToFrom(Query* query, RangeTblEntry* entry) {
    query->rtable = lappend(query->rtable, entry);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = list_length(query->rtable);
    query->jointree->fromlist = lappend(query->jointree->fromlist, reference);
    return reference->rtindex;
}

SortGroupClause* MakeGroupClause(TargetEntry* entry, Index reference) {
    auto* clause = makeNode(SortGroupClause);
    entry->ressortgroupref = clause->tleSortGroupRef = reference;
    get_sort_group_operators(exprType(reinterpret_cast<Node*>(entry->expr)), true, true, false,
                             &clause->sortop, &clause->eqop, nullptr, &clause->hashable);
    return clause;
}

TargetEntry* MakeKeyTarget(Expr* key, AttrNumber number) {
    return makeTargetEntry(key, number, psprintf("k%d", number), false);
}

}  // namespace pgspan::planner

// The element of an array that has one: a scalar sub-query that is asked for many rows at once.
PGSPAN_FUNCTION(pgspan_only_value) {
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(0);
    if (ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > 1)
        ereport(ERROR, errcode(ERRCODE_CARDINALITY_VIOLATION),
                errmsg("more than one row returned by a subquery used as an expression"));
    int16 length = 0;
    bool by_value = false;
    char alignment = 0;
    get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &alignment);
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, alignment, &values, &nulls,
                      &count);
    if (count == 0 || nulls[0]) PG_RETURN_NULL();
    PG_RETURN_DATUM(values[0]);
}
