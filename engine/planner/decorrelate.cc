#include "engine/planner/decorrelate.h"

#include "engine/pg/list.h"
#include "engine/pg/outer_join.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/asked_sublinks.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/correlated.h"
#include "engine/planner/group_level.h"
#include "engine/planner/level_columns.h"
#include "engine/planner/modify_path.h"
#include "engine/planner/named_ctes.h"
#include "engine/planner/shape.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

constexpr const char* kCteName = "pgspan_outer";

// What is rewritten of a level.
struct Found {
    List* correlated = NIL;  // of Correlated*
    List* sublinks = NIL;    // theirs
    List* moved = NIL;       // conjuncts of WHERE that are evaluated with the answers
    List* kept = NIL;        // the others
};

// Which sub-queries
// --------------------------------------------------------------------------------------------------

bool Groups(const Query* query) {
    return query->groupClause || query->groupingSets || query->hasAggs || query->havingQual;
}

bool AddCorrelated(SubLink* sublink, Found* found) {
    Correlated* correlated = Examine(sublink);
    if (!correlated) return false;
    found->correlated = lappend(found->correlated, correlated);
    found->sublinks = lappend(found->sublinks, sublink);
    return true;
}

Found Find(Query* query) {
    Found found;
    List* local_quals = NIL;
    const Level level = {query, nullptr};
    const Shape from = AnalyzeFromAsRoot(level, &local_quals);
    for (auto* conjunct : Each<Node>(ConjunctsOf(query->jointree->quals))) {
        bool moves = false;
        // Those that can run on the nodes do so.
        if (!from.IsDistributed() || list_member(local_quals, conjunct))
            for (auto* sublink : Each<SubLink>(AskedSublinks(conjunct, false)))
                moves = AddCorrelated(sublink, &found) || moves;
        List*& conjuncts = moves ? found.moved : found.kept;
        conjuncts = lappend(conjuncts, conjunct);
    }
    for (Node* clause : {reinterpret_cast<Node*>(query->targetList), query->havingQual}) {
        List* sublinks =
            Groups(query) ? SublinksInAggregates(clause) : AskedSublinks(clause, false);
        for (auto* sublink : Each<SubLink>(sublinks))
            if (!NodesCanAnswer(sublink, from, level)) AddCorrelated(sublink, &found);
    }
    return found;
}

bool AnyCorrelated(Node* expression) {
    for (auto* sublink : Each<SubLink>(AskedSublinks(expression, true)))
        if (Examine(sublink)) return true;
    return false;
}

// Sub-queries that are asked for each group see the groups as the rows of a level of their own.
bool CutForGroups(Query* query) {
    if (!query->groupClause) return false;
    List* above = NIL;
    for (auto* conjunct : Each<Node>(ConjunctsOf(query->havingQual)))
        if (AnyCorrelated(conjunct)) above = lappend(above, conjunct);
    return (above != NIL || AnyCorrelated(reinterpret_cast<Node*>(query->targetList))) &&
           CutAboveGroups(query, above);
}

// The rows that ask
// --------------------------------------------------------------------------------------------------

Query* MakeOuterQuery(const Query* query, List* kept) {
    auto* outer = makeNode(Query);
    outer->commandType = CMD_SELECT;
    outer->canSetTag = true;
    outer->rtable = static_cast<List*>(copyObjectImpl(query->rtable));
    pg::ShareRights(outer, query);
    // Those of its own conditions, and of functions, VALUES and samples in FROM.
    outer->hasSubLinks = query->hasSubLinks;
    outer->jointree = makeFromExpr(static_cast<List*>(copyObjectImpl(query->jointree->fromlist)),
                                   AllOf(static_cast<List*>(copyObjectImpl(kept))));
    return outer;
}

List* SortExpressions(const Query* query) {
    List* exprs = NIL;
    for (auto* clause : Each<SortGroupClause>(query->sortClause))
        exprs = lappend(exprs, get_sortgroupclause_expr(clause, query->targetList));
    return exprs;
}

// True if it is known which rows remain before any sub-query is asked.
bool LimitsBeforeAsking(const Query* query, const Found& found) {
    auto* sorted = reinterpret_cast<Node*>(SortExpressions(query));
    return (query->limitCount || query->limitOffset) && found.moved == NIL && !Groups(query) &&
           !query->distinctClause && !query->hasWindowFuncs && !query->hasTargetSRFs &&
           !checkExprHasSubLink(sorted) && !contain_volatile_functions(sorted);
}

// Moves LIMIT below, with the order that decides about it.
void LimitOuter(Query* query, Query* outer, const List* sort_exprs) {
    auto reference = static_cast<Index>(0);
    int position = 0;
    for (auto* clause : Each<SortGroupClause>(query->sortClause)) {
        auto* expr = static_cast<Expr*>(list_nth(sort_exprs, position++));
        TargetEntry* target = tlist_member(expr, outer->targetList);
        if (!target) {
            target = makeTargetEntry(
                expr, static_cast<AttrNumber>(list_length(outer->targetList) + 1), nullptr, true);
            outer->targetList = lappend(outer->targetList, target);
        }
        if (target->ressortgroupref == 0) target->ressortgroupref = ++reference;
        auto* copy = static_cast<SortGroupClause*>(copyObjectImpl(clause));
        copy->tleSortGroupRef = target->ressortgroupref;
        outer->sortClause = lappend(outer->sortClause, copy);
    }
    outer->limitCount = query->limitCount;
    outer->limitOffset = query->limitOffset;
    outer->limitOption = query->limitOption;
    query->limitCount = query->limitOffset = nullptr;
    query->limitOption = LIMIT_OPTION_COUNT;
}

CommonTableExpr* MakeCte(Query* outer, int references) {
    auto* cte = makeNode(CommonTableExpr);
    cte->ctename = pstrdup(kCteName);
    cte->ctematerialized = CTEMaterializeAlways;
    cte->ctequery = reinterpret_cast<Node*>(outer);
    cte->location = -1;
    cte->cterefcount = references;
    for (auto* entry : Each<TargetEntry>(outer->targetList)) {
        if (entry->resjunk) continue;
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        cte->ctecoltypes = lappend_oid(cte->ctecoltypes, exprType(expr));
        cte->ctecoltypmods = lappend_int(cte->ctecoltypmods, exprTypmod(expr));
        cte->ctecolcollations = lappend_oid(cte->ctecolcollations, exprCollation(expr));
    }
    cte->ctecolnames = NamesOf(outer->targetList);
    return cte;
}

// Keys and answers
// --------------------------------------------------------------------------------------------------

// The keys as the level itself names them, over the columns of the CTE.
List* OuterKeys(const Correlated& correlated, LevelColumns* columns) {
    auto* keys = static_cast<List*>(copyObjectImpl(correlated.keys));
    IncrementVarSublevelsUp(reinterpret_cast<Node*>(keys), -1, 1);
    return ReplaceIn(keys, columns);
}

// SELECT DISTINCT keys FROM the CTE, two levels above.
Query* MakeKeyQuery(const CommonTableExpr* cte, const List* keys) {
    auto* query = makeNode(Query);
    query->commandType = CMD_SELECT;
    query->canSetTag = true;
    query->jointree = makeFromExpr(NIL, nullptr);
    AddToFrom(query, MakeCteEntry(cte, 2, kCteName));
    AttrNumber number = 0;
    for (auto* key : Each<Expr>(keys)) {
        number++;
        TargetEntry* entry = MakeKeyTarget(static_cast<Expr*>(copyObjectImpl(key)), number);
        query->targetList = lappend(query->targetList, entry);
        query->distinctClause = lappend(query->distinctClause, MakeGroupClause(entry, number));
    }
    return query;
}

Node* MakeEquality(Node* left, Node* right) {
    const TypeCacheEntry* type = lookup_type_cache(exprType(left), TYPECACHE_EQ_OPR);
    auto* op = reinterpret_cast<OpExpr*>(
        make_opclause(type->eq_opr, BOOLOID, false, reinterpret_cast<Expr*>(left),
                      reinterpret_cast<Expr*>(right), InvalidOid, exprCollation(left)));
    set_opfuncid(op);
    return reinterpret_cast<Node*>(op);
}

// A column of the answer, inside its join or above it (join: of which it may be NULL).
Node* AnswerColumn(const Query* answer, int varno, int number, int join = 0) {
    const auto* entry = static_cast<TargetEntry*>(list_nth(answer->targetList, number - 1));
    Var* var = makeVarFromTargetEntry(varno, const_cast<TargetEntry*>(entry));
    return reinterpret_cast<Node*>(join > 0 ? pg::NullableBy(join, var) : var);
}

RangeTblEntry* EntryOf(const Query* query, const Node* item) {
    return rt_fetch(IsA(item, JoinExpr) ? reinterpret_cast<const JoinExpr*>(item)->rtindex
                                        : castNode(RangeTblRef, item)->rtindex,
                    query->rtable);
}

// The columns of an item of FROM, a CTE, a sub-query or a join of these: List of Vars.
List* ColumnsOf(const Query* query, const Node* item) {
    const RangeTblEntry* entry = EntryOf(query, item);
    if (entry->rtekind == RTE_JOIN) return static_cast<List*>(copyObjectImpl(entry->joinaliasvars));
    const int varno = castNode(RangeTblRef, item)->rtindex;
    List* columns = NIL;
    if (entry->rtekind == RTE_SUBQUERY) {
        for (auto* target : Each<TargetEntry>(entry->subquery->targetList))
            if (!target->resjunk) columns = lappend(columns, makeVarFromTargetEntry(varno, target));
        return columns;
    }
    for (int i = 0; i < list_length(entry->coltypes); i++)
        columns = lappend(
            columns,
            makeVar(varno, static_cast<AttrNumber>(i + 1), list_nth_oid(entry->coltypes, i),
                    list_nth_int(entry->coltypmods, i), list_nth_oid(entry->colcollations, i), 0));
    return columns;
}

List* Numbers(int count) {
    List* numbers = NIL;
    for (int i = 1; i <= count; i++) numbers = lappend_int(numbers, i);
    return numbers;
}

// With all columns, which the deparser looks at where the join goes to a node.
int AddJoinEntry(Query* query, const Node* left, const Node* right) {
    List* left_columns = ColumnsOf(query, left);
    List* right_columns = ColumnsOf(query, right);
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_JOIN;
    entry->jointype = JOIN_LEFT;
    entry->joinleftcols = Numbers(list_length(left_columns));
    entry->joinrightcols = Numbers(list_length(right_columns));
    entry->joinaliasvars = list_concat(left_columns, right_columns);
    List* names = list_concat_copy(EntryOf(query, left)->eref->colnames,
                                   EntryOf(query, right)->eref->colnames);
    entry->eref = makeAlias("unnamed_join", static_cast<List*>(copyObjectImpl(names)));
    entry->inFromCl = true;
    query->rtable = lappend(query->rtable, entry);
    return list_length(query->rtable);
}

// Joins the answer to what FROM has so far; returns what stands for the sub-query.
Node* JoinAnswer(Query* query, const Correlated& correlated, const CommonTableExpr* cte,
                 const List* keys) {
    auto* so_far = static_cast<Node*>(linitial(query->jointree->fromlist));
    Query* answer = MakeAnswer(correlated, MakeSubqueryEntry(MakeKeyQuery(cte, keys), "keys"));
    const int varno = AddToFrom(query, MakeSubqueryEntry(answer, "answer"));
    auto* join = makeNode(JoinExpr);
    join->jointype = JOIN_LEFT;
    join->larg = so_far;
    join->rarg = static_cast<Node*>(llast(query->jointree->fromlist));
    join->rtindex = AddJoinEntry(query, join->larg, join->rarg);
    List* conditions = NIL;
    int number = 0;
    for (auto* key : Each<Node>(keys)) {
        number++;
        conditions = lappend(conditions, MakeEquality(static_cast<Node*>(copyObjectImpl(key)),
                                                      AnswerColumn(answer, varno, number)));
    }
    join->quals = AllOf(conditions);
    query->jointree->fromlist = pg::MakeList(join);
    Node* value = AnswerColumn(answer, varno, number + 1, join->rtindex);
    if (correlated.nothing->constisnull) return value;
    auto* missing = makeNode(NullTest);
    missing->arg = reinterpret_cast<Expr*>(AnswerColumn(answer, varno, 1, join->rtindex));
    missing->nulltesttype = IS_NULL;
    missing->location = -1;
    auto* when = makeNode(CaseWhen);
    when->expr = reinterpret_cast<Expr*>(missing);
    when->result = reinterpret_cast<Expr*>(correlated.nothing);
    when->location = -1;
    auto* choice = makeNode(CaseExpr);
    choice->casetype = exprType(value);
    choice->casecollid = exprCollation(value);
    choice->args = pg::MakeList(when);
    choice->defresult = reinterpret_cast<Expr*>(value);
    choice->location = -1;
    return reinterpret_cast<Node*>(choice);
}

// The rows that a write returns are those that it counts: it stays at the top. And what is asked
// about them would be asked after they are written.
bool ReadsWhatIsWritten(const Query* query) {
    for (auto* rte : Each<RangeTblEntry>(query->rtable))
        if (ModifyPlanOf(rte) ||
            (rte->rtekind == RTE_SUBQUERY && ReadsWhatIsWritten(rte->subquery)))
            return true;
    return false;
}

bool CanRewrite(Query* query) {
    // What policies hide must not be asked about first.
    for (auto* rte : Each<RangeTblEntry>(query->rtable))
        if (rte->securityQuals) return false;
    return query->commandType == CMD_SELECT && query->hasSubLinks && query->jointree &&
           query->jointree->fromlist != NIL && !query->setOperations && !query->rowMarks &&
           query->cteList == NIL && !ReadsWhatIsWritten(query) && !DependsOnUpperLevels(query);
}

void Rewrite(Query* query, const Found& found) {
    const auto hold = [&](Node* clause) { return WithPlaceholders(clause, found.sublinks); };
    Query* outer = MakeOuterQuery(query, found.kept);
    const bool limits = LimitsBeforeAsking(query, found);
    List* sort_exprs = SortExpressions(query);
    query->targetList = reinterpret_cast<List*>(hold(reinterpret_cast<Node*>(query->targetList)));
    query->havingQual = hold(query->havingQual);
    auto* moved = hold(reinterpret_cast<Node*>(found.moved));
    LevelColumns columns;
    ReplaceInUpperClauses(query, &columns);
    moved = ReplaceIn(moved, &columns);
    List* keys = NIL;
    for (auto* one : Each<Correlated>(found.correlated))
        keys = lappend(keys, OuterKeys(*one, &columns));
    outer->targetList = TargetListOf(columns);
    if (limits) LimitOuter(query, outer, sort_exprs);
    CommonTableExpr* cte = MakeCte(outer, 1 + list_length(found.correlated));
    query->cteList = pg::MakeList(cte);
    query->rtable = NIL;
    query->jointree = makeFromExpr(NIL, nullptr);
    AddToFrom(query, MakeCteEntry(cte, 0, kCteName));
    List* values = NIL;
    int i = 0;
    for (auto* one : Each<Correlated>(found.correlated))
        values =
            lappend(values, JoinAnswer(query, *one, cte, static_cast<List*>(list_nth(keys, i++))));
    const auto settle = [&](Node* clause) { return WithoutPlaceholders(clause, values); };
    query->targetList = reinterpret_cast<List*>(settle(reinterpret_cast<Node*>(query->targetList)));
    query->havingQual = settle(query->havingQual);
    if (moved)
        query->jointree->quals =
            reinterpret_cast<Node*>(make_ands_explicit(reinterpret_cast<List*>(settle(moved))));
}

}  // namespace

bool DecorrelateLevel(Query* query) {
    if (!CanRewrite(query)) return false;
    const bool cut = CutForGroups(query);
    const Found found = Find(query);
    if (found.correlated == NIL ||
        contain_volatile_functions(reinterpret_cast<Node*>(query->jointree)))
        return cut;
    Rewrite(query, found);
    return true;
}

}  // namespace pgspan::planner
