#include "engine/planner/group_level.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/correlated.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "optimizer/tlist.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The columns of the level below: aggregates and Vars.
struct GroupColumns {
    List* exprs = NIL;

    Var* ColumnFor(Node* expr, Index levels_up) {
        AttrNumber number = 0;
        bool found = false;
        for (auto* known : Each<Node>(exprs)) {
            number++;
            if ((found = equal(known, expr))) break;
        }
        if (!found) {
            exprs = lappend(exprs, copyObjectImpl(expr));
            number = static_cast<AttrNumber>(list_length(exprs));
        }
        return makeVar(1, number, exprType(expr), exprTypmod(expr), exprCollation(expr), levels_up);
    }

    Node* Raise(Node* expression) {
        return pg::MutateNode(expression, [&](Node* n, auto&& descend) -> Node* {
            if (IsA(n, Aggref) || IsA(n, Var)) return reinterpret_cast<Node*>(ColumnFor(n, 0));
            if (!IsA(n, Query)) return descend(n);
            return MapLevelVars(n, [&](const Var* var, Index levels_up) {
                auto* own = static_cast<Var*>(copyObjectImpl(var));
                own->varlevelsup = 0;
                return reinterpret_cast<Node*>(ColumnFor(reinterpret_cast<Node*>(own), levels_up));
            });
        });
    }
};

// Aggregates over this level's rows inside a sub-query, and GROUPING, stay where they are.
bool CanRaise(Node* expression) {
    return !pg::WalkNode(expression, [](Node* n, auto&& descend) {
        if (IsA(n, Query)) return contain_aggs_of_level(n, 1);
        return IsA(n, GroupingFunc) || descend(n);
    });
}

bool GroupsByColumns(const Query* query) {
    if (query->groupingSets || !query->groupClause) return false;
    for (auto* clause : Each<SortGroupClause>(query->groupClause))
        if (!IsA(get_sortgroupclause_expr(clause, query->targetList), Var)) return false;
    return true;
}

Query* MakeBelow(const Query* query, const GroupColumns& columns, List* having) {
    auto* below = makeNode(Query);
    below->commandType = CMD_SELECT;
    below->canSetTag = true;
    below->rtable = query->rtable;
    pg::ShareRights(below, query);
    below->jointree = query->jointree;
    below->hasAggs = query->hasAggs;
    below->hasSubLinks = query->hasSubLinks;
    below->havingQual = AllOf(having);
    AttrNumber number = 0;
    for (auto* expr : Each<Expr>(columns.exprs)) {
        number++;
        below->targetList = lappend(below->targetList,
                                    makeTargetEntry(expr, number, psprintf("c%d", number), false));
    }
    Index reference = 0;
    for (auto* clause : Each<SortGroupClause>(query->groupClause)) {
        Node* key = get_sortgroupclause_expr(clause, query->targetList);
        TargetEntry* target = tlist_member(reinterpret_cast<Expr*>(key), below->targetList);
        if (!target) {
            target = makeTargetEntry(reinterpret_cast<Expr*>(key), ++number, nullptr, true);
            below->targetList = lappend(below->targetList, target);
        }
        auto* copy = static_cast<SortGroupClause*>(copyObjectImpl(clause));
        if (target->ressortgroupref == 0) target->ressortgroupref = ++reference;
        copy->tleSortGroupRef = target->ressortgroupref;
        below->groupClause = lappend(below->groupClause, copy);
    }
    return below;
}

RangeTblEntry* MakeEntry(Query* below) {
    auto* entry = makeNode(RangeTblEntry);
    entry->rtekind = RTE_SUBQUERY;
    entry->subquery = below;
    List* names = NIL;
    for (auto* column : Each<TargetEntry>(below->targetList))
        if (!column->resjunk) names = lappend(names, makeString(pstrdup(column->resname)));
    entry->alias = makeAlias("groups", NIL);
    entry->eref = makeAlias("groups", names);
    entry->inFromCl = true;
    return entry;
}

}  // namespace

bool CutAboveGroups(Query* query, const List* above) {
    if (!GroupsByColumns(query) || !CanRaise(reinterpret_cast<Node*>(query->targetList)) ||
        !CanRaise(query->havingQual))
        return false;
    GroupColumns columns;
    List* kept = NIL;
    for (auto* conjunct : Each<Node>(ConjunctsOf(query->havingQual)))
        if (!list_member_ptr(above, conjunct)) kept = lappend(kept, conjunct);
    auto* targets =
        reinterpret_cast<List*>(columns.Raise(reinterpret_cast<Node*>(query->targetList)));
    auto* quals =
        reinterpret_cast<List*>(columns.Raise(reinterpret_cast<Node*>(const_cast<List*>(above))));
    // The number of groups matters still.
    if (columns.exprs == NIL)
        columns.exprs = pg::MakeList(
            makeConst(INT4OID, -1, InvalidOid, sizeof(int32), Int32GetDatum(1), false, true));
    Query* below = MakeBelow(query, columns, kept);
    query->targetList = targets;
    query->groupClause = NIL;
    query->havingQual = nullptr;
    query->hasAggs = false;
    query->rtable = NIL;
    query->jointree = makeFromExpr(NIL, AllOf(quals));
    AddToFrom(query, MakeEntry(below));
    return true;
}

}  // namespace pgspan::planner
