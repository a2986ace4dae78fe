#include "engine/planner/pushed_insert.h"

#include "engine/pg/list.h"
#include "engine/planner/insert_tail.h"
#include "engine/planner/safety.h"
#include "engine/planner/scan_plan.h"
#include "engine/planner/subquery.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The deparser prints the source's sub-query as it is, in the order of INSERT's columns: what the
// rewriter added (defaults, casts, another order) becomes a level of its own around it.
void WrapSource(Query* query, Index source_index) {
    RangeTblEntry* source = rt_fetch(source_index, query->rtable);
    auto* inner = static_cast<RangeTblEntry*>(copyObjectImpl(source));
    inner->inFromCl = true;
    Query* outer = SelectOver(inner, NIL, nullptr);
    AttrNumber number = 0;
    List* names = NIL;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        number++;
        auto* expr = static_cast<Node*>(copyObjectImpl(entry->expr));
        ChangeVarNodes(expr, static_cast<int>(source_index), 1, 0);
        char* name = psprintf("c%d", number);
        names = lappend(names, makeString(name));
        outer->targetList = lappend(
            outer->targetList, makeTargetEntry(reinterpret_cast<Expr*>(expr), number, name, false));
        entry->expr =
            reinterpret_cast<Expr*>(makeVar(static_cast<int>(source_index), number, exprType(expr),
                                            exprTypmod(expr), exprCollation(expr), 0));
    }
    source->subquery = outer;
    source->alias = makeAlias("source", NIL);
    source->eref = makeAlias("source", names);
}

}  // namespace

PlannedStmt* PlanPushedInsert(Query* query, const metadata::Table& table,
                              const RangeTblEntry* source) {
    // A rule adds conditions, and tables, beside the source.
    if (!table.IsHash() || source->rtekind != RTE_SUBQUERY || query->cteList != NIL ||
        query->jointree->quals || list_length(query->jointree->fromlist) != 1)
        return nullptr;
    const Level level = {source->subquery, nullptr};
    const QueryShape shape = AnalyzeQuery(level);
    if (!shape.whole.IsDistributed() || (shape.whole.pin && IsA(shape.whole.pin, Var)) ||
        shape.whole.anchor->colocation_id != table.colocation_id || WhyTailDoesNotFit(query))
        return nullptr;
    const auto source_index =
        static_cast<Index>(castNode(RangeTblRef, linitial(query->jointree->fromlist))->rtindex);
    bool key_follows = false;
    for (auto* entry : Each<TargetEntry>(query->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        if (!IsRemotable(expr, query, nullptr) || checkExprHasSubLink(expr)) return nullptr;
        if (entry->resno == table.distribution_column && IsA(expr, Var) &&
            reinterpret_cast<Var*>(expr)->varno == static_cast<int>(source_index))
            key_follows =
                list_member_int(shape.key_columns, reinterpret_cast<Var*>(expr)->varattno);
    }
    if (!key_follows) return nullptr;
    auto* remote = static_cast<Query*>(copyObjectImpl(query));
    PointConflictAtContainer(remote, table);
    WrapSource(remote, source_index);
    const plan::DistributedPlan plan = MakeDistributedPlan(remote, shape.whole, false, {});
    return MakeStatement(query, &MakeTopScan(plan, query->returningList)->scan.plan);
}

}  // namespace pgspan::planner
