#include "engine/planner/shape.h"

#include "engine/pg/list.h"
#include "engine/planner/from_shape.h"
#include "engine/planner/hash_equality.h"
#include "engine/planner/row_security.h"
#include "engine/planner/safety.h"
#include "engine/planner/set_operation_shape.h"
#include "engine/planner/sublink_shape.h"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

bool GroupsByKey(const List* clauses, const Query* query, const Shape& from) {
    for (auto* clause : Each<SortGroupClause>(clauses)) {
        Node* grouped = get_sortgroupclause_expr(clause, query->targetList);
        Node* expr = StripRelabel(grouped);
        // As another type it may be equal where it is not as its own (bpchar, citext).
        if (IsA(expr, Var) && IsKey(from, reinterpret_cast<Var*>(expr)) &&
            IsHashOperator(clause->eqop, exprCollation(grouped), *from.anchor))
            return true;
    }
    return false;
}

// nullptr if the level's result is the concatenation of the shard groups' results, else why not.
const char* WhyNotConcatenable(const Query* query, const Shape& from) {
    if (query->limitCount || query->limitOffset) return "LIMIT";
    if (query->groupingSets) return "GROUPING SETS";
    if (query->groupClause && !GroupsByKey(query->groupClause, query, from))
        return "GROUP BY without the distribution column";
    if (!query->groupClause && (query->hasAggs || query->havingQual))
        return "an aggregate over all rows";
    if (query->distinctClause && !GroupsByKey(query->distinctClause, query, from))
        return "DISTINCT without the distribution column";
    if (query->hasWindowFuncs)
        for (auto* window : Each<WindowClause>(query->windowClause))
            if (!GroupsByKey(window->partitionClause, query, from))
                return "a window that is not partitioned by the distribution column";
    return nullptr;
}

List* KeyColumns(const Query* query, const Shape& from) {
    List* columns = NIL;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        Node* expr = reinterpret_cast<Node*>(entry->expr);
        if (!entry->resjunk && IsA(expr, Var) && IsKey(from, reinterpret_cast<Var*>(expr)))
            columns = lappend_int(columns, entry->resno);
    }
    return columns;
}

const char* CheckCtes(const Level& level) {
    for (auto* cte : Each<CommonTableExpr>(level.query->cteList)) {
        if (castNode(Query, cte->ctequery)->commandType != CMD_SELECT)
            return "a data-modifying CTE";
        if (cte->cterecursive) return "a recursive CTE";
        if (cte->cterefcount > 0) continue;
        // Not analysed anywhere else: it must not drag along what a node cannot run.
        const Level inner = {castNode(Query, cte->ctequery), &level};
        if (!AnalyzeQuery(inner).whole.IsReplicated()) return "a CTE that nothing reads";
    }
    return nullptr;
}

// Everything of the level but FROM and WHERE.
const char* CheckUpperClauses(const Level& level, Shape* from) {
    const Query* query = level.query;
    Node* const clauses[] = {reinterpret_cast<Node*>(query->targetList),
                             query->havingQual,
                             query->limitCount,
                             query->limitOffset,
                             reinterpret_cast<Node*>(query->groupClause),
                             reinterpret_cast<Node*>(query->distinctClause),
                             reinterpret_cast<Node*>(query->sortClause),
                             reinterpret_cast<Node*>(query->windowClause),
                             reinterpret_cast<Node*>(query->returningList),
                             reinterpret_cast<Node*>(NewRowConditions(query))};
    for (Node* clause : clauses) {
        const char* reason = "an expression";
        if (!IsRemotable(clause, query, &reason)) return reason;
        if (query->hasSubLinks && !SublinksFit(clause, from, level))
            return "a sub-query that is not colocated";
    }
    return WhySortsHere(query);
}

}  // namespace

Shape Unpushable(const char* reason) {
    Shape shape;
    shape.kind = Shape::Kind::kUnpushable;
    shape.reason = reason;
    return shape;
}

bool SameGroup(const Shape& a, const Shape& b) {
    return a.anchor->colocation_id == b.anchor->colocation_id;
}

bool IsKey(const Shape& shape, const Var* var) {
    for (auto* key : Each<Var>(shape.keys))
        if (key->varno == var->varno && key->varattno == var->varattno && var->varlevelsup == 0)
            return true;
    return false;
}

QueryShape AnalyzeQuery(const Level& level) {
    check_stack_depth();
    QueryShape result = {};
    const Query* query = level.query;
    const char* reason = CheckCtes(level);
    if (!reason && query->setOperations) return AnalyzeSetOperation(level);
    result.from = reason ? Unpushable(reason) : AnalyzeFrom(level, nullptr);
    if (result.from.IsUnpushable()) {
        result.whole = result.from;
        return result;
    }
    reason = CheckUpperClauses(level, &result.from);
    if (!reason && result.from.IsDistributed() && !result.from.pin)
        reason = WhyNotConcatenable(query, result.from);
    if (!reason && query->rowMarks && result.from.IsReplicated())
        reason = "FOR UPDATE or FOR SHARE of reference tables";
    if (!reason && result.from.IsReplicated() && query->commandType == CMD_SELECT &&
        MayDifferBetweenCopies(level.query))
        reason = "a sub-query that may differ between nodes";
    result.whole = reason ? Unpushable(reason) : result.from;
    if (!reason) result.key_columns = KeyColumns(query, result.from);
    return result;
}

Shape AnalyzeFromAsRoot(const Level& level, List** local_quals) {
    const char* reason = CheckCtes(level);
    if (reason) return Unpushable(reason);
    if (level.query->setOperations) return Unpushable("a set operation");
    return AnalyzeFrom(level, local_quals);
}

}  // namespace pgspan::planner
