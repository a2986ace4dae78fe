#include "engine/planner/guarded_rows.h"

#include "engine/pg/list.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/shape.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

bool NodesCanEvaluate(Query* locking) {
    const Level level = {locking, nullptr};
    return AnalyzeQuery(level).from.IsDistributed();
}

// Only the first ones: the others must not be asked before them.
List* TakePolicies(Query* locking) {
    auto* table = linitial_node(RangeTblEntry, locking->rtable);
    const List* all = table->securityQuals;
    for (int kept = list_length(all); kept > 0; kept--) {
        table->securityQuals = list_copy_head(all, kept);
        if (NodesCanEvaluate(locking)) return list_copy_tail(all, kept);
    }
    table->securityQuals = NIL;
    return list_copy(all);
}

List* TakeLeaks(Query* locking) {
    List* kept = NIL;
    List* leaks = NIL;
    for (auto* clause : Each<Node>(ConjunctsOf(locking->jointree->quals))) {
        if (contain_leaked_vars(clause))
            leaks = lappend(leaks, clause);
        else
            kept = lappend(kept, clause);
    }
    locking->jointree->quals = AllOf(kept);
    return leaks;
}

}  // namespace

List* TakeGuards(Query* locking) {
    List* policies = TakePolicies(locking);
    if (policies == NIL) return NIL;
    return list_concat(policies, TakeLeaks(locking));
}

RangeTblEntry* GuardRows(RangeTblEntry* rows, const List* columns, const List* guards) {
    for (auto* guard : Each<Node>(guards)) {
        Query* level = SelectOver(rows, NIL, guard);
        level->hasSubLinks = checkExprHasSubLink(guard);
        for (auto* column : Each<TargetEntry>(columns))
            if (!column->resjunk)
                level->targetList = lappend(
                    level->targetList,
                    makeTargetEntry(reinterpret_cast<Expr*>(makeVarFromTargetEntry(1, column)),
                                    column->resno, column->resname, false));
        rows = MakeSubqueryEntry(level, rows->eref->aliasname);
        rows->security_barrier = true;
    }
    return rows;
}

}  // namespace pgspan::planner
