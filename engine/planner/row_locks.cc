#include "engine/planner/row_locks.h"

#include "engine/metadata/heirs.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/flatten.h"
#include "engine/planner/guarded_rows.h"
#include "engine/planner/heirs.h"
#include "engine/planner/local_write.h"
#include "engine/planner/member_write.h"
#include "engine/planner/planner.h"
#include "engine/planner/split_write.h"
#include "engine/planner/subquery.h"
#include "engine/planner/union_all.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/heap.h"
#include "catalog/pg_inherits.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The first locking clause of the query or of one inside it.
const RowMarkClause* FirstMark(Query* query) {
    const RowMarkClause* first = nullptr;
    pg::WalkNode(reinterpret_cast<Node*>(query), [&](Node* node, auto&& descend) {
        if (IsA(node, Query) && reinterpret_cast<Query*>(node)->rowMarks) {
            first = linitial_node(RowMarkClause, reinterpret_cast<Query*>(node)->rowMarks);
            return true;
        }
        return descend(node);
    });
    return first;
}

// Conjuncts that hold over all rows of the level's inner joins.
void CollectConjuncts(Node* node, List** conjuncts) {
    if (IsA(node, FromExpr)) {
        auto* from = reinterpret_cast<FromExpr*>(node);
        *conjuncts = list_concat(*conjuncts, ConjunctsOf(from->quals));
        for (auto* item : Each<Node>(from->fromlist)) CollectConjuncts(item, conjuncts);
    } else if (IsA(node, JoinExpr) && reinterpret_cast<JoinExpr*>(node)->jointype == JOIN_INNER) {
        auto* join = reinterpret_cast<JoinExpr*>(node);
        *conjuncts = list_concat(*conjuncts, ConjunctsOf(join->quals));
        CollectConjuncts(join->larg, conjuncts);
        CollectConjuncts(join->rarg, conjuncts);
    }
}

bool ConcernsOnly(Node* conjunct, int rti) {
    const Relids relids = pull_varnos(nullptr, conjunct);
    const bool looks_up = pg::WalkNode(conjunct, [](Node* n, auto&& descend) {
        if (IsA(n, Var)) return reinterpret_cast<Var*>(n)->varlevelsup > 0;
        return descend(n);
    });
    return bms_membership(relids) == BMS_SINGLETON && bms_is_member(rti, relids) && !looks_up &&
           !checkExprHasSubLink(conjunct) && !contain_volatile_functions(conjunct);
}

bool IsNullable(Node* node, int rti, bool nullable) {
    if (IsA(node, RangeTblRef))
        return nullable && reinterpret_cast<RangeTblRef*>(node)->rtindex == rti;
    if (IsA(node, FromExpr)) {
        for (auto* item : Each<Node>(reinterpret_cast<FromExpr*>(node)->fromlist))
            if (IsNullable(item, rti, nullable)) return true;
        return false;
    }
    const auto* join = castNode(JoinExpr, node);
    const bool left = join->jointype == JOIN_RIGHT || join->jointype == JOIN_FULL;
    const bool right = join->jointype == JOIN_LEFT || join->jointype == JOIN_FULL;
    return IsNullable(join->larg, rti, nullable || left) ||
           IsNullable(join->rarg, rti, nullable || right);
}

// PostgreSQL's own rule, and its words.
void CheckNotNullable(const Query* level, const RowMarkClause* mark) {
    const int rti = static_cast<int>(mark->rti);
    if (!IsNullable(reinterpret_cast<Node*>(level->jointree), rti, false)) return;
    // A filter that no row of nulls passes makes an inner join of the outer one.
    if (bms_is_member(rti, find_nonnullable_rels(level->jointree->quals))) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("%s cannot be applied to the nullable side of an outer join",
                   LCS_asString(mark->strength)));
}

// Every attribute number keeps its place, dropped columns too.
List* ColumnsOf(Oid relation, int varno) {
    List* columns = NIL;
    const Relation table = table_open(relation, NoLock);
    const TupleDesc descriptor = RelationGetDescr(table);
    for (AttrNumber attribute = 1; attribute <= descriptor->natts; attribute++) {
        const FormData_pg_attribute* column = TupleDescAttr(descriptor, attribute - 1);
        auto* value =
            column->attisdropped
                ? reinterpret_cast<Expr*>(makeNullConst(INT4OID, -1, InvalidOid))
                : reinterpret_cast<Expr*>(makeVar(varno, attribute, column->atttypid,
                                                  column->atttypmod, column->attcollation, 0));
        columns = lappend(
            columns, makeTargetEntry(value, attribute, pstrdup(NameStr(column->attname)), false));
    }
    table_close(table, NoLock);
    return columns;
}

Query* MakeLockingQuery(Query* level, const RowMarkClause* mark) {
    const int rti = static_cast<int>(mark->rti);
    auto* query = makeNode(Query);
    query->commandType = CMD_SELECT;
    query->canSetTag = true;
    pg::AddRelationEntry(query, level, rt_fetch(rti, level->rtable));
    auto* policies =
        reinterpret_cast<Node*>(linitial_node(RangeTblEntry, query->rtable)->securityQuals);
    ChangeVarNodes(policies, rti, 1, 0);
    query->hasSubLinks = checkExprHasSubLink(policies);
    query->targetList = ColumnsOf(rt_fetch(rti, level->rtable)->relid, 1);
    List* conjuncts = NIL;
    CollectConjuncts(reinterpret_cast<Node*>(level->jointree), &conjuncts);
    List* own = NIL;
    for (auto* conjunct : Each<Node>(conjuncts)) {
        if (!ConcernsOnly(conjunct, rti)) continue;
        auto* copy = static_cast<Node*>(copyObjectImpl(conjunct));
        ChangeVarNodes(copy, rti, 1, 0);
        own = lappend(own, copy);
    }
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    query->jointree = makeFromExpr(pg::MakeList(reference), AllOf(own));
    auto* own_mark = static_cast<RowMarkClause*>(copyObjectImpl(mark));
    own_mark->rti = 1;
    own_mark->pushedDown = false;
    query->rowMarks = pg::MakeList(own_mark);
    query->hasForUpdate = true;
    return query;
}

// A column of the table as one of the query's.
Node* LockedColumn(const Query* locking, AttrNumber attribute, Index levels_up) {
    for (auto* entry : Each<TargetEntry>(locking->targetList)) {
        if (!IsA(entry->expr, Var) || reinterpret_cast<Var*>(entry->expr)->varattno != attribute)
            continue;
        Var* column = makeVarFromTargetEntry(1, entry);
        column->varlevelsup = levels_up;
        return reinterpret_cast<Node*>(column);
    }
    RefuseFeature(psprintf("a policy over whole rows of table \"%s\" in this locking query",
                           get_rel_name(linitial_node(RangeTblEntry, locking->rtable)->relid)),
                  nullptr);
}

// The locked rows that the policies let pass which no node can evaluate.
Query* UnderPolicies(Query* locking) {
    const auto* table = linitial_node(RangeTblEntry, locking->rtable);
    const metadata::Table* distributed = metadata::FindTable(table->relid);
    if (table->securityQuals == NIL || !distributed || !distributed->IsHash()) return locking;
    List* guards = TakeGuards(locking);
    if (guards == NIL) return locking;
    locking->hasSubLinks = checkExprHasSubLink(reinterpret_cast<Node*>(table->securityQuals));
    auto over_rows = [&](const Var* var, Index levels_up) {
        if (var->varattno == TableOidAttributeNumber)
            return reinterpret_cast<Node*>(makeConst(OIDOID, -1, InvalidOid, sizeof(Oid),
                                                     ObjectIdGetDatum(table->relid), false, true));
        if (var->varattno != 0) return LockedColumn(locking, var->varattno, levels_up);
        return reinterpret_cast<Node*>(MakeRow(table->relid, [&](AttrNumber attribute) {
            return LockedColumn(locking, attribute, levels_up);
        }));
    };
    guards = reinterpret_cast<List*>(MapLevelVars(reinterpret_cast<Node*>(guards), over_rows));
    RangeTblEntry* rows = MakeSubqueryEntry(locking, "locked");
    rows->security_barrier = true;
    return GuardRows(rows, locking->targetList, guards)->subquery;
}

struct SystemColumns {
    int rti;
    Oid relation;
    AttrNumber table_column;  // the sub-query's, for tableoid; 0: that is the table's own
};

// Other system columns than tableoid are lost behind the sub-query.
Node* SystemColumn(Var* var, replace_rte_variables_context* context) {
    const auto* table = static_cast<SystemColumns*>(context->callback_arg);
    if (var->varattno >= 0) return reinterpret_cast<Node*>(var);
    if (var->varattno == TableOidAttributeNumber && table->table_column > 0) {
        auto* column = static_cast<Var*>(copyObjectImpl(var));
        column->varattno = column->varattnosyn = table->table_column;
        return reinterpret_cast<Node*>(column);
    }
    if (var->varattno == TableOidAttributeNumber)
        return reinterpret_cast<Node*>(makeConst(OIDOID, -1, InvalidOid, sizeof(Oid),
                                                 ObjectIdGetDatum(table->relation), false, true));
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("pgspan does not support system column \"%s\" of table \"%s\" in this locking "
                   "query",
                   NameStr(SystemAttributeDefinition(var->varattno)->attname),
                   get_rel_name(table->relation)));
    return nullptr;
}

TargetEntry* TableColumn(int rti, AttrNumber attribute, AttrNumber number) {
    return makeTargetEntry(
        reinterpret_cast<Expr*>(makeVar(rti, attribute, OIDOID, -1, InvalidOid, 0)), number,
        pstrdup("tableoid"), false);
}

// What refers to the table refers to a sub-query's columns from now on.
void ReplaceReferences(Query* level, int rti, RangeTblEntry* entry, AttrNumber table_column) {
    SystemColumns table = {rti, entry->relid, table_column};
    bool has_sublinks = false;
    auto* query = reinterpret_cast<Node*>(level);
    query = replace_rte_variables(query, rti, 0, SystemColumn, &table, &has_sublinks);
    List* columns = ColumnsOf(entry->relid, rti);
    if (table_column > 0) columns = lappend(columns, TableColumn(rti, table_column, table_column));
    query = ReplaceVarsFromTargetList(query, rti, 0, entry, columns, REPLACEVARS_REPORT_ERROR, 0,
                                      &has_sublinks);
    *level = *castNode(Query, query);
}

void ReplaceBySubquery(Query* level, int rti, Query* locking, AttrNumber table_column) {
    ReplaceReferences(level, rti,
                      static_cast<RangeTblEntry*>(copyObjectImpl(rt_fetch(rti, level->rtable))),
                      table_column);
    RangeTblEntry* entry = rt_fetch(rti, level->rtable);
    auto* subquery = makeNode(RangeTblEntry);
    subquery->rtekind = RTE_SUBQUERY;
    subquery->subquery = locking;
    subquery->security_barrier = entry->securityQuals != NIL;
    subquery->alias = entry->alias;
    subquery->eref = entry->eref;
    if (table_column > 0)
        subquery->eref->colnames =
            lappend(subquery->eref->colnames, makeString(pstrdup("tableoid")));
    subquery->inFromCl = entry->inFromCl;
    lfirst(list_nth_cell(level->rtable, rti - 1)) = subquery;
}

void LockInSubquery(Query* level, const RowMarkClause* mark) {
    Query* locking = MakeLockingQuery(level, mark);
    ReplaceBySubquery(level, static_cast<int>(mark->rti), UnderPolicies(locking), 0);
}

// ---- Trees

bool IsTree(const RangeTblEntry* rte) {
    if (ReadsDistributedHeirs(rte)) return true;
    if (!HasHeirs(rte)) return false;
    const metadata::Table* table = metadata::FindTable(rte->relid);
    return table && table->IsHash();
}

Query* MemberOf(const Query* locking, Oid member) {
    auto* read = static_cast<Query*>(copyObjectImpl(locking));
    RetargetRead(read, member);
    return UnderPolicies(read);
}

// What the query locks, table by table; what is local of a local tree stays together.
List* MembersOf(const Query* locking) {
    const Oid root = linitial_node(RangeTblEntry, locking->rtable)->relid;
    List* members = NIL;
    if (metadata::FindTable(root)) {
        for (const Oid member : pg::EachOid(find_all_inheritors(root, RowShareLock, nullptr)))
            members = lappend(members, MemberOf(locking, member));
        return members;
    }
    auto* local = static_cast<Query*>(copyObjectImpl(locking));
    MarkLocalPart(linitial_node(RangeTblEntry, local->rtable));
    members = lappend(members, local);
    for (const Oid member : pg::EachOid(metadata::DistributedHeirs(root)))
        members = lappend(members, MemberOf(locking, member));
    return members;
}

void RefuseTree(const RangeTblEntry* rte) {
    if (!rte->tablesample) return;
    RefuseFeature(psprintf("row locks on table \"%s\", of whose tree distributed tables are a "
                           "part, with TABLESAMPLE",
                           get_rel_name(rte->relid)),
                  nullptr);
}

void LockTree(Query* level, const RowMarkClause* mark) {
    CheckNotNullable(level, mark);
    RefuseTree(rt_fetch(mark->rti, level->rtable));
    Query* locking = MakeLockingQuery(level, mark);
    const auto number = static_cast<AttrNumber>(list_length(locking->targetList) + 1);
    locking->targetList =
        lappend(locking->targetList, TableColumn(1, TableOidAttributeNumber, number));
    ReplaceBySubquery(level, static_cast<int>(mark->rti), UnionAll(MembersOf(locking)), number);
}

void LockTreesOfLevel(Query* level) {
    const List* marks = list_copy(level->rowMarks);
    for (auto* mark : Each<RowMarkClause>(marks)) {
        if (!IsTree(rt_fetch(mark->rti, level->rtable))) continue;
        LockTree(level, mark);
        level->rowMarks = list_delete(level->rowMarks, mark);
    }
    level->hasForUpdate = level->rowMarks != NIL;
    if (level->rowMarks != NIL) FenceTrees(level);
}

}  // namespace

bool LocksRows(Query* query) {
    return FirstMark(query) != nullptr;
}

void LockTrees(Query* query) {
    FlattenJoinAliases(query);
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [](Node* node, auto&& descend) {
            if (IsA(node, Query) && reinterpret_cast<Query*>(node)->rowMarks)
                LockTreesOfLevel(reinterpret_cast<Query*>(node));
            return descend(node);
        },
        QTW_IGNORE_JOINALIASES);
}

void LockInSubqueries(Query* level) {
    const List* marks = level->rowMarks;
    level->rowMarks = NIL;
    level->hasForUpdate = false;
    for (auto* mark : Each<RowMarkClause>(marks)) {
        RangeTblEntry* entry = rt_fetch(mark->rti, level->rtable);
        CheckNotNullable(level, mark);
        if (entry->rtekind == RTE_RELATION)
            LockInSubquery(level, mark);
        else if (entry->rtekind == RTE_SUBQUERY)
            // It has marks of its own, which this one has put there.
            for (auto* pushed : Each<RowMarkClause>(entry->subquery->rowMarks))
                pushed->pushedDown = false;
    }
}

List* MarksForStatement(Query* query) {
    const RowMarkClause* first = FirstMark(query);
    if (!first) return NIL;
    auto* mark = makeNode(PlanRowMark);
    mark->rti = mark->prti = 1;
    mark->strength = first->strength;
    mark->waitPolicy = first->waitPolicy;
    mark->isParent = true;  // the executor leaves it alone
    return pg::MakeList(mark);
}

}  // namespace pgspan::planner
