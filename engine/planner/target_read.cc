#include "engine/planner/target_read.h"

#include "engine/pg/list.h"
#include "engine/pg/merge.h"
#include "engine/pg/relation_rights.h"
#include "engine/planner/attribute_var.h"
#include "engine/planner/conjuncts.h"
#include "engine/planner/cursor_row.h"
#include "engine/planner/guarded_rows.h"
#include "engine/planner/planner.h"
#include "engine/planner/remote_relation.h"
#include "engine/planner/safety.h"
#include "engine/planner/subquery.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/heap.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"
}

namespace pgspan::planner {

using pg::Each;

TargetRead::TargetRead(Query* query, const metadata::Table& table) : query_(query), table_(table) {}

Var* TargetRead::Row() const {
    Var* var = makeVar(query_->resultRelation, kRowColumn, TIDOID, -1, InvalidOid, 0);
    if (nullable_by_ != 0) pg::MarkNullable(var, nullable_by_);
    return var;
}

Node* TargetRead::Column(AttrNumber attribute, Index levels_up) {
    if (!list_member_int(attributes_, attribute)) attributes_ = lappend_int(attributes_, attribute);
    int position = kRowColumn;
    for (const int known : pg::EachInt(attributes_)) {
        position++;
        if (known == attribute) break;
    }
    Var* var = AttributeVar(table_.relation, query_->resultRelation, attribute);
    var->varattno = static_cast<AttrNumber>(position);
    var->varattnosyn = var->varattno;
    var->varlevelsup = levels_up;
    if (nullable_by_ != 0) pg::MarkNullable(var, nullable_by_);
    return reinterpret_cast<Node*>(var);
}

Node* TargetRead::WholeRow(Index levels_up) {
    RowExpr* row = MakeRow(table_.relation,
                           [&](AttrNumber attribute) { return Column(attribute, levels_up); });
    if (nullable_by_ == 0) return reinterpret_cast<Node*>(row);
    // No row is NULL, not a row of NULLs.
    auto* exists = makeNode(NullTest);
    Var* id = Row();
    id->varlevelsup = levels_up;
    exists->arg = reinterpret_cast<Expr*>(id);
    exists->nulltesttype = IS_NOT_NULL;
    exists->location = -1;
    auto* when = makeNode(CaseWhen);
    when->expr = reinterpret_cast<Expr*>(exists);
    when->result = reinterpret_cast<Expr*>(row);
    when->location = -1;
    auto* choice = makeNode(CaseExpr);
    choice->casetype = row->row_typeid;
    choice->args = pg::MakeList(when);
    choice->defresult = reinterpret_cast<Expr*>(makeNullConst(row->row_typeid, -1, InvalidOid));
    choice->location = -1;
    return reinterpret_cast<Node*>(choice);
}

Node* TargetRead::Attribute(const Var* var, Index levels_up) {
    if (var->varattno > 0) return Column(var->varattno, levels_up);
    if (var->varattno == 0) return WholeRow(levels_up);
    if (var->varattno == TableOidAttributeNumber)
        return reinterpret_cast<Node*>(makeConst(OIDOID, -1, InvalidOid, sizeof(Oid),
                                                 ObjectIdGetDatum(table_.relation), false, true));
    RefuseFeature(psprintf("system column \"%s\" of table \"%s\" in this statement",
                           NameStr(SystemAttributeDefinition(var->varattno)->attname),
                           get_rel_name(table_.relation)),
                  nullptr);
}

Node* TargetRead::Map(Node* expression) {
    return MapLevelVars(expression, [this](const Var* var, Index levels_up) {
        return static_cast<int>(var->varno) == query_->resultRelation
                   ? Attribute(var, levels_up)
                   : static_cast<Node*>(copyObjectImpl(var));
    });
}

List* TargetRead::TakeFilters(List* conjuncts) {
    List* others = NIL;
    for (auto* clause : Each<Node>(conjuncts)) {
        if (IsA(clause, CurrentOfExpr) && table_.IsHash()) {
            current_of_ = reinterpret_cast<CurrentOfExpr*>(clause);
            continue;
        }
        if (IsA(clause, CurrentOfExpr)) {
            filters_ = lappend(filters_, copyObjectImpl(clause));
            continue;
        }
        int varno = 0;
        const Relids relids = pull_varnos(nullptr, clause);
        const bool own = bms_get_singleton_member(relids, &varno) &&
                         varno == query_->resultRelation && !checkExprHasSubLink(clause) &&
                         !contain_volatile_functions(clause) &&
                         IsRemotable(clause, query_, nullptr);
        if (own)
            filters_ = lappend(filters_, copyObjectImpl(clause));
        else
            others = lappend(others, clause);
    }
    return others;
}

List* TargetRead::MapGuards(List* guards) {
    return reinterpret_cast<List*>(
        MapLevelVars(reinterpret_cast<Node*>(guards), [this](const Var* var, Index levels_up) {
            // No outer join lies between a condition of a table and the table.
            const int nullable_by = std::exchange(nullable_by_, 0);
            Node* value = Attribute(var, levels_up);
            nullable_by_ = nullable_by;
            ChangeVarNodes(value, query_->resultRelation, 1, static_cast<int>(levels_up));
            return value;
        }));
}

Query* TargetRead::MakeLockingQuery(LockClauseStrength strength) {
    auto* inner = makeNode(Query);
    inner->commandType = CMD_SELECT;
    inner->canSetTag = true;
    auto* target = static_cast<RangeTblEntry*>(
        copyObjectImpl(rt_fetch(query_->resultRelation, query_->rtable)));
    target->inFromCl = true;
    pg::CheckNothing(inner, target);  // the statement's own entry is checked
    if (!target->alias) target->alias = makeAlias(target->eref->aliasname, NIL);
    inner->rtable = pg::MakeList(target);
    ChangeVarNodes(reinterpret_cast<Node*>(target->securityQuals), query_->resultRelation, 1, 0);
    auto* reference = makeNode(RangeTblRef);
    reference->rtindex = 1;
    auto* filters = reinterpret_cast<Node*>(filters_);
    ChangeVarNodes(filters, query_->resultRelation, 1, 0);
    if (current_of_) filters_ = lappend(filters_, IsKeyOfCursorRow(current_of_, table_));
    inner->jointree = makeFromExpr(pg::MakeList(reference), AllOf(filters_));
    auto* mark = makeNode(RowMarkClause);
    mark->rti = 1;
    mark->strength = strength;
    mark->waitPolicy = LockWaitBlock;
    inner->rowMarks = pg::MakeList(mark);
    inner->hasForUpdate = true;
    return inner;
}

List* TargetRead::Columns() const {
    List* columns = pg::MakeList(
        makeTargetEntry(reinterpret_cast<Expr*>(
                            makeVar(1, SelfItemPointerAttributeNumber, TIDOID, -1, InvalidOid, 0)),
                        kRowColumn, pstrdup("c1"), false));
    for (const int attribute : pg::EachInt(attributes_)) {
        const auto number = static_cast<AttrNumber>(list_length(columns) + 1);
        Var* var = AttributeVar(table_.relation, 1, static_cast<AttrNumber>(attribute));
        columns = lappend(columns, makeTargetEntry(reinterpret_cast<Expr*>(var), number,
                                                   psprintf("c%d", number), false));
    }
    return columns;
}

RangeTblEntry* TargetRead::MakeRemote(Query* inner) {
    auto* relation = static_cast<RemoteRelation*>(palloc0(sizeof(RemoteRelation)));
    relation->query = inner;
    const Level level = {inner, nullptr};
    relation->shape = AnalyzeQuery(level).from;
    if (!relation->shape.IsDistributed())
        RefuseFeature(
            psprintf("this read of the rows of table \"%s\"", get_rel_name(table_.relation)),
            relation->shape.reason);
    if (current_of_) {
        inner->jointree->quals =
            make_and_qual(inner->jointree->quals, IsAtCursorRow(current_of_, table_));
        inner->hasSubLinks = true;
    }
    Register(relation);
    return MakeRemoteEntry(relation, "target");
}

RangeTblEntry* TargetRead::MakeEntry(LockClauseStrength strength) {
    Query* inner = MakeLockingQuery(strength);
    const List* guards = table_.IsHash() ? MapGuards(TakeGuards(inner)) : NIL;
    inner->targetList = Columns();
    const auto* target = linitial_node(RangeTblEntry, inner->rtable);
    inner->hasSubLinks = checkExprHasSubLink(reinterpret_cast<Node*>(target->securityQuals));
    if (table_.IsHash()) return GuardRows(MakeRemote(inner), inner->targetList, guards);
    return MakeSubqueryEntry(inner, "target");
}

}  // namespace pgspan::planner
