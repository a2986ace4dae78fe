#include "engine/planner/from_shape.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"
#include "engine/planner/joined_shape.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/row_order.h"
#include "engine/planner/safety.h"
#include "engine/planner/split_write.h"
#include "engine/planner/sublink_shape.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

Shape AnalyzeFromItem(Node* node, const Level& level);

bool MentionsUpperLevel(Node* node) {
    return contain_vars_of_level(node, 1) || pg::WalkNode(node, [](Node* n, auto&& descend) {
               if (IsA(n, Var)) return reinterpret_cast<Var*>(n)->varlevelsup > 0;
               if (IsA(n, Query)) return false;
               return descend(n);
           });
}

Shape* Allocate(const Shape& shape) {
    auto* copy = static_cast<Shape*>(palloc(sizeof(Shape)));
    *copy = shape;
    return copy;
}

// Takes a FROM item apart as far as inner joins go.
void Flatten(Node* node, const Level& level, JoinedItems* joined) {
    if (IsA(node, FromExpr)) {
        auto* from = reinterpret_cast<FromExpr*>(node);
        for (auto* item : Each<Node>(from->fromlist)) Flatten(item, level, joined);
        AddConjuncts(joined, from->quals);
        return;
    }
    if (IsA(node, JoinExpr) && reinterpret_cast<JoinExpr*>(node)->jointype == JOIN_INNER) {
        auto* join = reinterpret_cast<JoinExpr*>(node);
        Flatten(join->larg, level, joined);
        Flatten(join->rarg, level, joined);
        AddConjuncts(joined, join->quals);
        return;
    }
    joined->items = lappend(joined->items, Allocate(AnalyzeFromItem(node, level)));
}

Shape ShapeOfRelation(const RangeTblEntry* rte, Index varno) {
    const metadata::Table* table = metadata::FindTable(rte->relid);
    if (!table || IsLocalPart(rte)) return Unpushable("a local table");
    if (table->IsReference()) return {};
    Shape shape;
    shape.kind = Shape::Kind::kDistributed;
    shape.anchor = table;
    shape.keys = pg::MakeList(makeVar(static_cast<int>(varno), table->distribution_column,
                                      table->distribution_type, table->distribution_typmod,
                                      get_typcollation(table->distribution_type), 0));
    return shape;
}

// A table with the conditions of its policies, which no others precede.
Shape ShapeUnderPolicies(const RangeTblEntry* rte, Index varno, const Level& level) {
    Shape table = ShapeOfRelation(rte, varno);
    if (rte->securityQuals == NIL || table.IsUnpushable()) return table;
    JoinedItems joined;
    joined.items = pg::MakeList(&table);
    List* with_sublinks = NIL;
    for (auto* condition : Each<Node>(rte->securityQuals)) {
        const char* reason = nullptr;
        if (!IsRemotable(condition, level.query, &reason)) return Unpushable(reason);
        if (checkExprHasSubLink(condition))
            with_sublinks = lappend(with_sublinks, condition);
        else
            AddConjuncts(&joined, condition);
    }
    Shape shape = CombineJoined(joined);
    for (auto* condition : Each<Node>(with_sublinks))
        if (!SublinksFit(condition, &shape, level))
            return Unpushable("a policy with a sub-query that is not colocated");
    return shape;
}

// A sub-query's shape as an item of the level above it.
Shape ShapeOfSubquery(const QueryShape& inner, Index varno, const Query* query,
                      const Query* above) {
    Shape shape = inner.whole;
    if (shape.IsDistributed() && !shape.IsPinned() && query->sortClause &&
        ShowsOrderOfItsOnlySource(above))
        return Unpushable("a sorted sub-query whose order shows");
    shape.keys = NIL;
    for (const int column : pg::EachInt(inner.key_columns)) {
        const auto* entry = static_cast<TargetEntry*>(list_nth(query->targetList, column - 1));
        shape.keys = lappend(shape.keys, makeVarFromTargetEntry(static_cast<int>(varno),
                                                                const_cast<TargetEntry*>(entry)));
    }
    if (shape.pin && IsA(shape.pin, Var)) {
        auto* pin = static_cast<Var*>(copyObjectImpl(shape.pin));
        if (pin->varlevelsup == 0) return Unpushable("a lateral reference");
        pin->varlevelsup--;
        shape.pin = reinterpret_cast<Expr*>(pin);
    }
    return shape;
}

Shape ShapeOfCte(const RangeTblEntry* rte, Index varno, const Level& level) {
    const Level* owner = &level;
    for (Index up = rte->ctelevelsup; up > 0 && owner; up--) owner = owner->parent;
    if (!owner) return Unpushable("a CTE of an outer query");
    for (auto* cte : Each<CommonTableExpr>(owner->query->cteList)) {
        if (strcmp(cte->ctename, rte->ctename) != 0) continue;
        auto* query = castNode(Query, cte->ctequery);
        if (cte->cterecursive) return Unpushable("a recursive CTE");
        const Level inner = {query, owner};
        return ShapeOfSubquery(AnalyzeQuery(inner), varno, query, level.query);
    }
    return Unpushable("a CTE of an outer query");
}

// Whether every node answers the sub-queries of the expressions for itself.
bool FitsAnywhere(Node* expressions, const Level& level) {
    Shape none;
    return SublinksFit(expressions, &none, level) && !none.IsDistributed();
}

Shape ShapeOfExpressions(Node* expressions, const Level& level) {
    const char* reason = nullptr;
    if (!IsRemotable(expressions, level.query, &reason)) return Unpushable(reason);
    if (contain_volatile_functions(expressions)) return Unpushable("a volatile function in FROM");
    if (!FitsAnywhere(expressions, level)) return Unpushable("a sub-query in FROM");
    return {};
}

Shape ShapeOfRangeTableEntry(Index varno, const Level& level) {
    const RangeTblEntry* rte = rt_fetch(varno, level.query->rtable);
    if (rte->securityQuals && rte->rtekind != RTE_RELATION)
        return Unpushable("policies of a table with heirs");
    switch (rte->rtekind) {
    case RTE_RELATION:
        if (rte->tablesample && !FitsAnywhere(reinterpret_cast<Node*>(rte->tablesample), level))
            return Unpushable("a sub-query in TABLESAMPLE");
        return ShapeUnderPolicies(rte, varno, level);
    case RTE_SUBQUERY: {
        if (rte->functions != NIL) return Unpushable("a write");
        if (rte->security_barrier && rte->subquery->setOperations)
            return Unpushable("a set operation behind a security barrier");
        const Level inner = {rte->subquery, &level};
        return ShapeOfSubquery(AnalyzeQuery(inner), varno, rte->subquery, level.query);
    }
    case RTE_CTE:
        return ShapeOfCte(rte, varno, level);
    case RTE_FUNCTION:
        if (RemoteRelationOf(rte)) return Unpushable("rows that have been read elsewhere");
        return ShapeOfExpressions(reinterpret_cast<Node*>(rte->functions), level);
    case RTE_TABLEFUNC:
        return ShapeOfExpressions(reinterpret_cast<Node*>(rte->tablefunc), level);
    case RTE_VALUES:
        return ShapeOfExpressions(reinterpret_cast<Node*>(rte->values_lists), level);
    case RTE_RESULT:
        return {};
    default:
        return Unpushable("a transition table");
    }
}

// An item with all inner joins at its top, and every condition over them. Those that do not fit are
// put in *local_quals where it is given.
Shape AnalyzeInnerJoined(Node* item, const Level& level, List** local_quals) {
    JoinedItems joined;
    Flatten(item, level, &joined);
    List* pushable = NIL;
    List* with_sublinks = NIL;
    for (auto* clause : Each<Node>(joined.conjuncts)) {
        const char* reason = nullptr;
        const bool fits = IsRemotable(clause, level.query, &reason) &&
                          !(local_quals && MentionsUpperLevel(clause));
        if (!fits && !local_quals) return Unpushable(reason);
        if (!fits)
            *local_quals = lappend(*local_quals, clause);
        else if (checkExprHasSubLink(clause))
            with_sublinks = lappend(with_sublinks, clause);
        else
            pushable = lappend(pushable, clause);
    }
    joined.conjuncts = pushable;
    Shape from = CombineJoined(joined);
    if (from.IsUnpushable()) return from;
    for (auto* clause : Each<Node>(with_sublinks)) {
        if (SublinksFit(clause, &from, level)) continue;
        if (!local_quals) return Unpushable("a sub-query that is not colocated");
        *local_quals = lappend(*local_quals, clause);
    }
    return from;
}

Shape CombineOuterJoin(const JoinExpr* join, const Level& level) {
    const bool swapped = join->jointype == JOIN_RIGHT;
    Shape outer = AnalyzeInnerJoined(swapped ? join->rarg : join->larg, level, nullptr);
    Shape inner = AnalyzeInnerJoined(swapped ? join->larg : join->rarg, level, nullptr);
    if (outer.IsUnpushable()) return outer;
    if (inner.IsUnpushable()) return inner;
    const char* reason = nullptr;
    if (!IsRemotable(join->quals, level.query, &reason)) return Unpushable(reason);
    if (checkExprHasSubLink(join->quals))
        return Unpushable("a sub-query in the condition of an outer join");
    if (outer.IsReplicated() && inner.IsReplicated()) return {};
    if (outer.IsReplicated() || (inner.IsReplicated() && join->jointype == JOIN_FULL)) {
        Shape& distributed = outer.IsReplicated() ? inner : outer;
        if (!distributed.IsPinned())
            return Unpushable("an outer join that keeps rows of a reference table");
        distributed.keys = NIL;
        return distributed;
    }
    if (inner.IsReplicated()) return outer;

    JoinedItems both;
    both.items = pg::MakeList(&outer, &inner);
    AddConjuncts(&both, join->quals);
    Shape joined = CombineJoined(both);
    if (joined.IsUnpushable()) return joined;
    // The condition of the join does not filter the side whose rows are all kept.
    joined.pin = outer.pin;
    joined.keys = join->jointype == JOIN_FULL ? NIL : outer.keys;
    if (joined.pin && join->jointype == JOIN_FULL && !(inner.pin && equal(inner.pin, outer.pin)))
        joined.pin = nullptr;
    // Pins of the kept side alone cannot have joined the two unless both had one.
    return joined;
}

Shape AnalyzeFromItem(Node* node, const Level& level) {
    if (IsA(node, RangeTblRef))
        return ShapeOfRangeTableEntry(
            static_cast<Index>(reinterpret_cast<RangeTblRef*>(node)->rtindex), level);
    return CombineOuterJoin(castNode(JoinExpr, node), level);
}

}  // namespace

Shape AnalyzeFrom(const Level& level, List** local_quals) {
    return AnalyzeInnerJoined(reinterpret_cast<Node*>(level.query->jointree), level, local_quals);
}

}  // namespace pgspan::planner
