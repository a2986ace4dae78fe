// UPDATE and MERGE by which rows may move to or from distributed partitions. Whether a row stays is
// known when its BEFORE triggers have fired: the part that updates a distributed partition returns
// the rows as they have become, and deletes those that are none of its any more
// (TriggerPlan::may_leave). These are inserted where they belong. So are local rows, where the
// values that are assigned tell ahead of the write which of them leave. Otherwise PostgreSQL finds
// out as it writes them, into the shells, from which they are taken to the shards before triggers
// AFTER fire (executor/routed_rows.h): each is written twice, which is why many are not sent so.
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/merge.h"
#include "engine/planner/attribute_var.h"
#include "engine/planner/member_write.h"
#include "engine/planner/split_parts.h"
#include "engine/planner/upper_level.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

void AddFilter(Query* part, Expr* condition) {
    part->jointree->quals =
        make_and_qual(part->jointree->quals, reinterpret_cast<Node*>(condition));
}

bool HasTrigger(Oid relation_id, bool (*matches)(const Trigger& trigger)) {
    const Relation relation = table_open(relation_id, NoLock);
    bool found = false;
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++)
        found = found || matches(relation->trigdesc->triggers[i]);
    table_close(relation, NoLock);
    return found;
}

bool ChangesRow(const Trigger& trigger) {
    return !trigger.tgisinternal && trigger.tgenabled != TRIGGER_DISABLED &&
           TRIGGER_FOR_ROW(trigger.tgtype) && TRIGGER_FOR_BEFORE(trigger.tgtype) &&
           TRIGGER_FOR_UPDATE(trigger.tgtype);
}

// The tables of the tree that hold rows here.
List* LocalMembers(Oid root) {
    List* members = NIL;
    for (const Oid member : pg::EachOid(find_all_inheritors(root, RowExclusiveLock, nullptr)))
        if (!metadata::FindTable(member) && get_rel_relkind(member) != RELKIND_PARTITIONED_TABLE)
            members = lappend_oid(members, member);
    return members;
}

// Whether the new row of an UPDATE can be computed ahead of it, and is what will be written.
bool IsKnownAhead(const Query* update, const List* members) {
    if (update->commandType == CMD_MERGE) return false;
    for (auto* entry : Each<TargetEntry>(update->targetList))
        if (entry->resjunk) return false;  // SET (…) = (SELECT …)
    for (const Oid member : pg::EachOid(members))
        if (HasTrigger(member, ChangesRow)) return false;
    return !contain_volatile_functions(reinterpret_cast<Node*>(update->targetList)) &&
           !contain_volatile_functions(update->jointree->quals);
}

// ---- Rows that leave

// The columns of the target that hold values of their own, as RETURNING has them.
List* NewColumns(const Query* write) {
    Query nothing_assigned = *write;
    nothing_assigned.targetList = NIL;
    return NewRow(&nothing_assigned);
}

// Makes the checks of new rows, in a part, silent for rows that leave its table.
void CheckOnlyStaying(Query* update, Oid member) {
    for (auto* option : Each<WithCheckOption>(update->withCheckOptions)) {
        if (!option->qual ||
            (option->kind != WCO_RLS_UPDATE_CHECK && option->kind != WCO_VIEW_CHECK))
            continue;
        Node* belongs = BelongsTo(member, TargetEntryOf(update)->relid, NewColumns(update));
        option->qual = reinterpret_cast<Node*>(
            make_orclause(pg::MakeList(make_notclause(reinterpret_cast<Expr*>(belongs)),
                                       reinterpret_cast<Expr*>(option->qual))));
    }
}

// Of other tables than the target, what RETURNING names; each once.
List* CarriedColumns(const Query* update) {
    List* carried = NIL;
    MapLevelVars(static_cast<Node*>(copyObjectImpl(update->returningList)),
                 [&](const Var* var, Index levels_up) {
                     auto* copy = static_cast<Var*>(copyObjectImpl(var));
                     copy->varlevelsup = 0;
                     if (static_cast<int>(var->varno) != update->resultRelation)
                         carried = list_append_unique(carried, copy);
                     copy = static_cast<Var*>(copyObjectImpl(copy));
                     copy->varlevelsup = levels_up;
                     return reinterpret_cast<Node*>(copy);
                 });
    return carried;
}

// RETURNING of a part: the write's own, the new row, and what is carried.
List* Returned(const Query* update, const List* carried) {
    auto* returned = static_cast<List*>(copyObjectImpl(update->returningList));
    const auto add = [&](Expr* expr, const char* name) {
        const auto number = static_cast<AttrNumber>(list_length(returned) + 1);
        returned = lappend(returned, makeTargetEntry(expr, number, pstrdup(name), false));
    };
    for (auto* entry : Each<TargetEntry>(NewColumns(update))) add(entry->expr, entry->resname);
    for (auto* var : Each<Var>(carried)) add(static_cast<Expr*>(copyObjectImpl(var)), "carried");
    return returned;
}

// The INSERT of the rows that have left their tables: only its target, checks and RETURNING.
Query* ArrivalOf(const Query* update) {
    auto* insert = static_cast<Query*>(copyObjectImpl(update));
    pg::LeaveMerge(insert, CMD_INSERT);
    insert->cteList = NIL;
    insert->hasRecursive = insert->hasModifyingCTE = false;
    insert->targetList = NewColumns(update);
    RangeTblEntry* target = rt_fetch(insert->resultRelation, insert->rtable);
    target->inh = false;
    target->securityQuals = NIL;
    List* checks = NIL;
    for (auto* option : Each<WithCheckOption>(insert->withCheckOptions)) {
        if (option->kind != WCO_RLS_UPDATE_CHECK && option->kind != WCO_VIEW_CHECK) continue;
        if (option->kind == WCO_RLS_UPDATE_CHECK) option->kind = WCO_RLS_INSERT_CHECK;
        checks = lappend(checks, option);
    }
    insert->withCheckOptions = checks;
    return insert;
}

struct Moves {
    Split* split;
    const Query* update;
    MakePart make;
    int own;     // columns of the write's RETURNING
    int row;     // columns of the new row
    List* gone;  // of CommonTableExpr: the rows that have left
};

// Whether the row in the CTE's columns belongs to the member; over a SELECT from the CTE.
Node* CameToBelong(const Moves& moves, const CommonTableExpr* cte, Oid member) {
    List* columns = ColumnsOf(cte, moves.own + 1, moves.row);
    ListCell* column;
    ListCell* attribute;
    List* attributes = NewColumns(moves.update);
    forboth(column, columns, attribute, attributes) lfirst_node(TargetEntry, column)->resno =
        lfirst_node(TargetEntry, attribute)->resno;
    return BelongsTo(member, TargetEntryOf(moves.update)->relid, columns);
}

void AddMember(Moves* moves, Oid member) {
    Split* split = moves->split;
    Query* part = moves->make(split);
    part->returningList = Returned(part, split->carried);
    CheckOnlyStaying(part, member);
    PointAt(split, part, member, true);
    part->canSetTag = split->counts;
    CommonTableExpr* cte = AddCte(split, part);
    if (moves->own > 0) {
        Query* stays = SelectFrom(cte, 1, moves->own, 1);
        stays->jointree->quals = CameToBelong(*moves, cte, member);
        split->returning = lappend(split->returning, AddCte(split, stays));
    }
    Query* gone = SelectFrom(cte, moves->own + 1, list_length(cte->ctecoltypes) - moves->own, 1);
    gone->jointree->quals = reinterpret_cast<Node*>(
        make_notclause(reinterpret_cast<Expr*>(CameToBelong(*moves, cte, member))));
    moves->gone = lappend(moves->gone, AddCte(split, gone));
}

// The old row and its partition, for keys that reference the tree (TreePart::departs).
List* OldRow(const Query* update) {
    const Oid root = TargetEntryOf(update)->relid;
    List* row = NIL;
    const auto add = [&](AttrNumber column) {
        row = lappend(row, makeTargetEntry(reinterpret_cast<Expr*>(
                                               AttributeVar(root, update->resultRelation, column)),
                                           0, pstrdup("old"), false));
    };
    const Relation relation = table_open(root, NoLock);
    for (int i = 0; i < RelationGetNumberOfAttributes(relation); i++)
        if (!TupleDescAttr(RelationGetDescr(relation), i)->attisdropped)
            add(static_cast<AttrNumber>(i + 1));
    table_close(relation, NoLock);
    add(TableOidAttributeNumber);
    return row;
}

// Deletes the local rows that go to distributed tables; returned is what they are to become.
void AddDepartures(Moves* moves, Query* leaving, List* new_row) {
    Split* split = moves->split;
    leaving->commandType = CMD_DELETE;
    leaving->targetList = NIL;
    leaving->withCheckOptions = NIL;
    leaving->returningList = new_row;
    for (auto* var : Each<Var>(split->carried))
        leaving->returningList = lappend(
            leaving->returningList,
            makeTargetEntry(static_cast<Expr*>(copyObjectImpl(var)), 0, pstrdup("carried"), false));
    const int count = list_length(leaving->returningList);
    const bool reports = IsReferencedTree(TargetEntryOf(moves->update)->relid);
    if (reports)
        leaving->returningList = list_concat(leaving->returningList, OldRow(moves->update));
    AttrNumber number = 0;
    for (auto* entry : Each<TargetEntry>(leaving->returningList)) entry->resno = ++number;
    PointAtLocal(split, leaving, reports);
    leaving->canSetTag = false;
    CommonTableExpr* departed = AddCte(split, leaving);
    if (reports) departed = AddCte(split, SelectFrom(departed, 1, count, 1));
    moves->gone = lappend(moves->gone, departed);
}

// What is local: an UPDATE of what stays, a DELETE of what goes to distributed tables.
void AddLocal(Moves* moves) {
    Split* split = moves->split;
    const Oid root = TargetEntryOf(moves->update)->relid;
    const List* local = LocalMembers(root);
    Query* stays = moves->make(split);
    PointAtLocal(split, stays);
    if (local == NIL || !MayMoveRows(moves->update, split->distributed) ||
        !IsKnownAhead(moves->update, local)) {
        AddLocalPart(split, stays);
        return;
    }
    const List* new_row = NewRow(moves->update);
    List* elsewhere = NIL;
    for (const Oid member : pg::EachOid(split->distributed))
        elsewhere = lappend(elsewhere, BelongsTo(member, root, new_row));
    Expr* leaves = AnyOf(elsewhere);
    AddFilter(stays, make_notclause(static_cast<Expr*>(copyObjectImpl(leaves))));
    AddLocalPart(split, stays);
    Query* leaving = CopyForPart(split);
    AddFilter(leaving, leaves);
    AddDepartures(moves, leaving, static_cast<List*>(copyObjectImpl(new_row)));
}

}  // namespace

bool MayMove(const Query* update, const List* distributed) {
    bool may = MayMoveRows(update, distributed);
    // Elsewhere the constraint of the partition holds against what a trigger does.
    if (!may && KeyAgainstMoves(TargetEntryOf(update)->relid)) return false;
    for (const Oid member : pg::EachOid(distributed))
        may = may || (get_rel_relispartition(member) && HasTrigger(member, ChangesRow));
    return may;
}

void SplitMoving(Split* split, MakePart make) {
    const Query* update = split->query;
    if (const char* key = KeyAgainstMoves(TargetEntryOf(update)->relid))
        RefuseSplit(update, psprintf("moving rows by foreign key trigger \"%s\" of", key),
                    "Its partitions have BEFORE INSERT triggers for each row.");
    split->carried = CarriedColumns(update);
    Moves moves = {
        split, update, make, list_length(update->returningList), list_length(NewColumns(update)),
        NIL};
    for (const Oid member : pg::EachOid(split->distributed)) AddMember(&moves, member);
    AddLocal(&moves);
    CommonTableExpr* rows = AddCte(split, UnionOf(moves.gone, 1));
    // Rows that move count where they arrive.
    split->query = ArrivalOf(update);
    InsertRows(split, rows);
}

}  // namespace pgspan::planner
