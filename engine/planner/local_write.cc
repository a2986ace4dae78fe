#include "engine/planner/local_write.h"

#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/attribute_var.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/planner.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/split_write.h"
#include "engine/planner/subquery.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "access/sysattr.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

bool NamesUpperLevel(Node* expression) {
    return pg::WalkNode(expression, [](Node* node, auto&& descend) {
        return IsA(node, Var) ? reinterpret_cast<Var*>(node)->varlevelsup > 0 : descend(node);
    });
}

// Conjuncts of WHERE that only this entry's rows decide (those of outer queries are not known on
// the nodes), where it is joined by inner joins only.
List* OwnFilters(const Query* query, int varno) {
    bool is_plain_item = false;
    for (auto* item : Each<Node>(query->jointree->fromlist))
        if (IsA(item, RangeTblRef) && reinterpret_cast<RangeTblRef*>(item)->rtindex == varno)
            is_plain_item = true;
    if (!is_plain_item || query->commandType == CMD_MERGE) return NIL;
    List* filters = NIL;
    for (auto* clause : Each<Node>(ConjunctsOf(query->jointree->quals))) {
        int only = 0;
        if (bms_get_singleton_member(pull_varnos(nullptr, clause), &only) && only == varno &&
            !NamesUpperLevel(clause) && !checkExprHasSubLink(clause) &&
            !contain_volatile_functions(clause))
            filters = lappend(filters, copyObjectImpl(clause));
    }
    return filters;
}

struct ColumnSearch {
    int varno;
    Index depth;
    Bitmapset* used;
};

bool FindColumns(Node* node, void* state) {
    if (!node) return false;
    auto* search = static_cast<ColumnSearch*>(state);
    if (IsA(node, Var)) {
        const auto* var = reinterpret_cast<Var*>(node);
        if (var->varlevelsup == search->depth && static_cast<int>(var->varno) == search->varno)
            search->used =
                bms_add_member(search->used, var->varattno - FirstLowInvalidHeapAttributeNumber);
        return false;
    }
    const auto step = reinterpret_cast<bool (*)()>(&FindColumns);
    if (IsA(node, Query)) {
        search->depth++;
        query_tree_walker(reinterpret_cast<Query*>(node), step, search, QTW_IGNORE_JOINALIASES);
        search->depth--;
        return false;
    }
    return expression_tree_walker(node, step, search);
}

// The entry's columns that the statement names, offset like those of pull_varattnos.
Bitmapset* UsedColumns(Query* query, int varno) {
    ColumnSearch search = {varno, 0, nullptr};
    query_tree_walker(query, reinterpret_cast<bool (*)()>(&FindColumns), &search,
                      QTW_IGNORE_JOINALIASES);
    return search.used;
}

// SELECT of the used columns at their places, NULL at all others.
List* Columns(Oid relation_id, const Bitmapset* used) {
    const bool whole = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, used);
    const Relation relation = table_open(relation_id, NoLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    List* columns = NIL;
    for (AttrNumber i = 1; i <= descriptor->natts; i++) {
        const Form_pg_attribute column = TupleDescAttr(descriptor, i - 1);
        Expr* value = nullptr;
        if (column->attisdropped)
            value = reinterpret_cast<Expr*>(makeNullConst(INT4OID, -1, InvalidOid));
        else if (whole || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, used))
            value = reinterpret_cast<Expr*>(
                makeVar(1, i, column->atttypid, column->atttypmod, column->attcollation, 0));
        else
            value = reinterpret_cast<Expr*>(
                makeNullConst(column->atttypid, column->atttypmod, column->attcollation));
        columns =
            lappend(columns, makeTargetEntry(value, i, pstrdup(NameStr(column->attname)), false));
    }
    table_close(relation, NoLock);
    return columns;
}

RangeTblEntry* MakeFence(RangeTblEntry* inside, List* filters, List* columns) {
    inside->inFromCl = true;
    Query* inner = SelectOver(inside, columns, AllOf(filters));
    inner->hasRowSecurity = inside->securityQuals != NIL;
    inner->hasSubLinks = checkExprHasSubLink(reinterpret_cast<Node*>(inside->securityQuals));
    auto* fence = makeNode(RangeTblEntry);
    fence->rtekind = RTE_SUBQUERY;
    fence->subquery = inner;
    fence->security_barrier = true;
    fence->alias = static_cast<Alias*>(copyObjectImpl(inside->alias));
    fence->eref = static_cast<Alias*>(copyObjectImpl(inside->eref));
    fence->inFromCl = true;
    return fence;
}

struct WholeRow {
    int varno;
    Oid relation;
};

// A whole row of a sub-query is an anonymous record: one of the table's type is made of its
// columns.
Node* NameWholeRow(const Var* var, Index levels_up, void* context) {
    const auto* row = static_cast<WholeRow*>(context);
    if (static_cast<int>(var->varno) != row->varno || var->varattno != 0)
        return static_cast<Node*>(copyObjectImpl(var));
    return RowOfColumns(row->relation, row->varno, levels_up);
}

void FenceTable(Query* query, int varno) {
    auto* table = static_cast<RangeTblEntry*>(copyObjectImpl(rt_fetch(varno, query->rtable)));
    const Bitmapset* used = UsedColumns(query, varno);
    for (int system = FirstLowInvalidHeapAttributeNumber + 1; system < 0; system++)
        if (bms_is_member(system - FirstLowInvalidHeapAttributeNumber, used))
            RefuseFeature(
                "system columns of distributed tables beside rows of local tables that "
                "are written or locked",
                nullptr);
    List* filters = OwnFilters(query, varno);
    ChangeVarNodes(reinterpret_cast<Node*>(filters), varno, 1, 0);
    ChangeVarNodes(reinterpret_cast<Node*>(table->securityQuals), varno, 1, 0);
    WholeRow row = {varno, table->relid};
    ReplaceVarsOfLevel(query, NameWholeRow, &row);
    RangeTblEntry* fence = MakeFence(table, filters, Columns(table->relid, used));
    pg::CopyRights(fence->subquery, table, query, rt_fetch(varno, query->rtable));
    lfirst(list_nth_cell(query->rtable, varno - 1)) = fence;
}

void FenceRemoteRelation(Query* query, int varno) {
    auto* rte = rt_fetch(varno, query->rtable);
    List* columns = NIL;
    for (auto* entry : Each<TargetEntry>(RemoteRelationOf(rte)->query->targetList)) {
        auto* expr = reinterpret_cast<Node*>(entry->expr);
        columns = lappend(columns, makeTargetEntry(reinterpret_cast<Expr*>(makeVar(
                                                       1, entry->resno, exprType(expr),
                                                       exprTypmod(expr), exprCollation(expr), 0)),
                                                   entry->resno, pstrdup(entry->resname), false));
    }
    lfirst(list_nth_cell(query->rtable, varno - 1)) = MakeFence(rte, NIL, columns);
}

bool IsDistributed(const RangeTblEntry* rte) {
    if (rte->rtekind != RTE_RELATION) return false;
    const metadata::Table* table = metadata::FindTable(rte->relid);
    return table ? table->IsHash() : ReadsDistributedHeirs(rte);
}

// Levels that compute something of their own are not merged into the level above. EXISTS does not
// mind how many rows there are.
bool MayBeMerged(const Query* query, bool of_exists) {
    return query->commandType == CMD_SELECT && !query->hasAggs && !query->hasWindowFuncs &&
           !query->groupingSets && !query->havingQual && (!query->limitCount || of_exists) &&
           !query->limitOffset && !query->rowMarks;
}

void FenceLevel(Query* query) {
    for (int varno = 1; varno <= list_length(query->rtable); varno++) {
        const RangeTblEntry* rte = rt_fetch(varno, query->rtable);
        if (rte->rtekind == RTE_FUNCTION && RemoteRelationOf(rte))
            FenceRemoteRelation(query, varno);
        else if (IsDistributed(rte))
            FenceTable(query, varno);
    }
}

}  // namespace

void FenceDistributedTables(Query* query) {
    if (query->commandType == CMD_INSERT) return;
    for (int varno = 1; varno <= list_length(query->rtable); varno++)
        if (varno != query->resultRelation && IsDistributed(rt_fetch(varno, query->rtable)))
            FenceTable(query, varno);
}

void FenceTrees(Query* level) {
    for (int varno = 1; varno <= list_length(level->rtable); varno++)
        if (ReadsDistributedHeirs(rt_fetch(varno, level->rtable))) FenceTable(level, varno);
}

void FenceSubqueries(Query* query) {
    const Node* of_exists = nullptr;
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (IsA(node, SubLink) &&
                reinterpret_cast<SubLink*>(node)->subLinkType == EXISTS_SUBLINK)
                of_exists = reinterpret_cast<SubLink*>(node)->subselect;
            if (!IsA(node, Query) || node == reinterpret_cast<Node*>(query)) return descend(node);
            const bool exists = node == of_exists;
            // Inner levels first: a fence is itself a level.
            descend(node);
            if (MayBeMerged(reinterpret_cast<Query*>(node), exists))
                FenceLevel(reinterpret_cast<Query*>(node));
            return false;
        },
        QTW_IGNORE_JOINALIASES);
}

void FenceSubquery(Query* query) {
    FenceSubqueries(query);
    if (MayBeMerged(query, false)) FenceLevel(query);
}

}  // namespace pgspan::planner
