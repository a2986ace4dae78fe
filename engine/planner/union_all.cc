#include "engine/planner/union_all.h"

#include "engine/pg/list.h"
#include "engine/planner/subquery.h"

namespace pgspan::planner {

namespace {

using pg::Each;

// The columns of the range table's first entry, whose target list it is.
List* ColumnsOf(const List* target_list) {
    List* columns = NIL;
    for (const auto* entry : Each<TargetEntry>(target_list))
        columns = lappend(columns, makeTargetEntry(reinterpret_cast<Expr*>(makeVarFromTargetEntry(
                                                       1, const_cast<TargetEntry*>(entry))),
                                                   entry->resno, pstrdup(entry->resname), false));
    return columns;
}

RangeTblEntry* ArmOf(Query* query) {
    RangeTblEntry* arm = MakeSubqueryEntry(query, "arm");
    arm->inFromCl = false;
    // PostgreSQL puts conditions above the union into its arms.
    const auto* first = query->rtable ? linitial_node(RangeTblEntry, query->rtable) : nullptr;
    arm->security_barrier = first && (first->securityQuals || first->security_barrier);
    return arm;
}

SetOperationStmt* Pair(Node* left, Node* right, const List* columns) {
    auto* pair = makeNode(SetOperationStmt);
    pair->op = SETOP_UNION;
    pair->all = true;
    pair->larg = left;
    pair->rarg = right;
    for (const auto* entry : Each<TargetEntry>(columns)) {
        auto* value = reinterpret_cast<Node*>(entry->expr);
        pair->colTypes = lappend_oid(pair->colTypes, exprType(value));
        pair->colTypmods = lappend_int(pair->colTypmods, exprTypmod(value));
        pair->colCollations = lappend_oid(pair->colCollations, exprCollation(value));
    }
    return pair;
}

}  // namespace

Query* UnionAll(const List* queries) {
    auto* all = makeNode(Query);
    all->commandType = CMD_SELECT;
    all->canSetTag = true;
    all->jointree = makeFromExpr(NIL, nullptr);
    all->targetList = ColumnsOf(linitial_node(Query, queries)->targetList);
    Node* tree = nullptr;
    for (auto* query : Each<Query>(queries)) {
        all->rtable = lappend(all->rtable, ArmOf(query));
        auto* reference = makeNode(RangeTblRef);
        reference->rtindex = list_length(all->rtable);
        auto* arm = reinterpret_cast<Node*>(reference);
        tree = tree ? reinterpret_cast<Node*>(Pair(tree, arm, all->targetList)) : arm;
    }
    all->setOperations = tree;
    return all;
}

}  // namespace pgspan::planner
