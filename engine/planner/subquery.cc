#include "engine/planner/subquery.h"

#include "engine/pg/list.h"

extern "C" {
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
}

namespace pgspan::planner {

List* NamesOf(const List* target_list) {
    List* names = NIL;
    for (const auto* entry : pg::Each<TargetEntry>(target_list))
        if (!entry->resjunk) names = lappend(names, makeString(pstrdup(entry->resname)));
    return names;
}

List* ColumnVars(const Query* subquery, Index varno) {
    List* vars = NIL;
    for (auto* entry : pg::Each<TargetEntry>(subquery->targetList)) {
        if (entry->resjunk) continue;
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        vars = lappend(vars, makeVar(static_cast<int>(varno), entry->resno, exprType(expr),
                                     exprTypmod(expr), exprCollation(expr), 0));
    }
    return vars;
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

Query* SelectOver(RangeTblEntry* entry, List* columns, Node* where) {
    auto* select = makeNode(Query);
    select->commandType = CMD_SELECT;
    select->canSetTag = true;
    select->rtable = pg::MakeList(entry);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    select->jointree = makeFromExpr(pg::MakeList(reference), where);
    select->targetList = columns;
    return select;
}

}  // namespace pgspan::planner
