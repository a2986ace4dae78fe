#include "engine/planner/member_write.h"

#include "engine/metadata/foreign_keys.h"
#include "engine/pg/list.h"
#include "engine/pg/merge.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"
#include "engine/planner/attribute_var.h"
#include "engine/planner/insert_rows.h"
#include "engine/planner/planner.h"
#include "engine/planner/triggered_write.h"
#include "engine/planner/write_rewrite.h"
#include "engine/trigger/matching.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/partition.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "utils/partcache.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// The column of the same name.
AttrNumber ColumnOf(Oid member, Oid table, AttrNumber column) {
    if (member == table || column <= 0) return column;
    const AttrNumber own = get_attnum(member, get_attname(table, column, false));
    if (own == InvalidAttrNumber)
        elog(ERROR, "table %u lacks column %d of table %u", member, column, table);
    return own;
}

// The index of the partition that is part of an index of the table above.
Oid PartOfIndex(const Relation partition, Oid index) {
    for (const Oid own : pg::EachOid(RelationGetIndexList(partition)))
        if (get_rel_relispartition(own) && list_member_oid(get_partition_ancestors(own), index))
            return own;
    elog(ERROR, "partition \"%s\" has no part of index %u", RelationGetRelationName(partition),
         index);
}

template <typename T>
T* Mapped(T* tree, int varno, const Relation to, const Relation from) {
    return reinterpret_cast<T*>(
        map_partition_varattnos(reinterpret_cast<List*>(tree), varno, to, from));
}

List* MappedTargets(List* target_list, Oid member, Oid table) {
    for (auto* entry : Each<TargetEntry>(target_list))
        if (!entry->resjunk) entry->resno = ColumnOf(member, table, entry->resno);
    return target_list;
}

List* NamesOf(const Relation relation) {
    List* names = NIL;
    const TupleDesc columns = RelationGetDescr(relation);
    for (int i = 0; i < columns->natts; i++)
        names =
            lappend(names, makeString(TupleDescAttr(columns, i)->attisdropped
                                          ? pstrdup("")
                                          : pstrdup(NameStr(TupleDescAttr(columns, i)->attname))));
    return names;
}

void RetargetConflict(Query* write, const Relation to, const Relation from) {
    OnConflictExpr* conflict = write->onConflict;
    const int target = write->resultRelation;
    for (const int varno : {target, conflict->exclRelIndex}) {
        conflict->arbiterElems = Mapped(conflict->arbiterElems, varno, to, from);
        conflict->arbiterWhere = Mapped(conflict->arbiterWhere, varno, to, from);
        conflict->onConflictSet = Mapped(conflict->onConflictSet, varno, to, from);
        conflict->onConflictWhere = Mapped(conflict->onConflictWhere, varno, to, from);
    }
    conflict->onConflictSet =
        MappedTargets(conflict->onConflictSet, RelationGetRelid(to), RelationGetRelid(from));
    if (OidIsValid(conflict->constraint))
        conflict->constraint =
            get_index_constraint(PartOfIndex(to, get_constraint_index(conflict->constraint)));
    if (conflict->action != ONCONFLICT_UPDATE) return;
    RangeTblEntry* excluded = rt_fetch(conflict->exclRelIndex, write->rtable);
    excluded->relid = RelationGetRelid(to);
    excluded->eref->colnames = NamesOf(to);
    conflict->exclRelTlist = BuildOnConflictExcludedTargetlist(to, conflict->exclRelIndex);
}

void RetargetEntry(RangeTblEntry* rte, const Relation to, LOCKMODE lock) {
    rte->relid = RelationGetRelid(to);
    rte->relkind = to->rd_rel->relkind;
    rte->rellockmode = lock;
    rte->inh = false;
    rte->eref->colnames = NamesOf(to);
}

// The columns that decide whether a row belongs to the partition: their names.
List* DecidingColumns(Oid partition) {
    const Relation relation = table_open(partition, NoLock);
    Bitmapset* columns = nullptr;
    pull_varattnos(reinterpret_cast<Node*>(RelationGetPartitionQual(relation)), 1, &columns);
    table_close(relation, NoLock);
    List* names = NIL;
    int column = -1;
    while ((column = bms_next_member(columns, column)) >= 0)
        names = lappend(
            names,
            makeString(get_attname(
                partition, static_cast<AttrNumber>(column + FirstLowInvalidHeapAttributeNumber),
                false)));
    return names;
}

}  // namespace

void Retarget(Query* write, Oid member) {
    RangeTblEntry* rte = rt_fetch(write->resultRelation, write->rtable);
    if (member == rte->relid) {
        rte->inh = false;
        return;
    }
    LockRelationOid(member, RowExclusiveLock);
    const Relation from = table_open(rte->relid, NoLock);
    const Relation to = table_open(member, NoLock);
    const int varno = write->resultRelation;
    write->targetList =
        MappedTargets(Mapped(write->targetList, varno, to, from), member, RelationGetRelid(from));
    write->jointree = Mapped(write->jointree, varno, to, from);
    write->returningList = Mapped(write->returningList, varno, to, from);
    write->withCheckOptions = Mapped(write->withCheckOptions, varno, to, from);
    rte->securityQuals = Mapped(rte->securityQuals, varno, to, from);
    if (write->onConflict) RetargetConflict(write, to, from);
    for (auto* action : Each<MergeAction>(write->mergeActionList)) {
        action->qual =
            reinterpret_cast<Node*>(Mapped(reinterpret_cast<List*>(action->qual), varno, to, from));
        action->targetList = MappedTargets(Mapped(action->targetList, varno, to, from), member,
                                           RelationGetRelid(from));
    }
    pg::MapMergeCondition(write, [&](Node* condition) {
        return reinterpret_cast<Node*>(Mapped(reinterpret_cast<List*>(condition), varno, to, from));
    });
    pg::MoveRights(write, rte, to, from);
    RetargetEntry(rte, to, RowExclusiveLock);
    table_close(to, NoLock);
    table_close(from, NoLock);
}

void RetargetRead(Query* read, Oid member) {
    auto* rte = linitial_node(RangeTblEntry, read->rtable);
    if (member == rte->relid) {
        rte->inh = false;
        return;
    }
    LockRelationOid(member, RowShareLock);
    const Relation from = table_open(rte->relid, NoLock);
    const Relation to = table_open(member, NoLock);
    read->targetList = Mapped(read->targetList, 1, to, from);
    read->jointree = Mapped(read->jointree, 1, to, from);
    rte->securityQuals = Mapped(rte->securityQuals, 1, to, from);
    RetargetEntry(rte, to, RowShareLock);
    pg::CheckNothing(read, rte);
    table_close(to, NoLock);
    table_close(from, NoLock);
}

void FillColumns(Query* insert) {
    FillUnassigned(insert, rt_fetch(insert->resultRelation, insert->rtable)->relid);
}

void EnsureColumns(Query* insert) {
    const RangeTblEntry* target = rt_fetch(insert->resultRelation, insert->rtable);
    if (insert->targetList == NIL) FillUnassigned(insert, target->relid);
    if (insert->targetList == NIL) RefuseFeature("INSERT into a table without columns", nullptr);
}

Query* InsertedRows(const Query* insert) {
    Query* rows = RowsQuery(insert);
    for (auto* entry : Each<TargetEntry>(rows->targetList))
        if (!entry->resname) entry->resname = psprintf("c%d", entry->resno);
    return rows;
}

Node* BelongsTo(Oid partition_id, Oid root_id, const List* target_list) {
    const Relation partition = table_open(partition_id, NoLock);
    const Relation root = table_open(root_id, NoLock);
    auto* constraint = reinterpret_cast<Node*>(make_ands_explicit(map_partition_varattnos(
        static_cast<List*>(copyObjectImpl(RelationGetPartitionQual(partition))), 1, root,
        partition)));
    table_close(root, NoLock);
    table_close(partition, NoLock);
    constraint = pg::MutateNode(constraint, [&](Node* node, auto&& descend) -> Node* {
        if (!IsA(node, Var)) return descend(node);
        const auto* var = reinterpret_cast<Var*>(node);
        if (var->varattno <= 0) RefuseFeature("partitioning by whole rows", nullptr);
        for (auto* entry : Each<TargetEntry>(target_list))
            if (entry->resno == var->varattno)
                return static_cast<Node*>(copyObjectImpl(entry->expr));
        return reinterpret_cast<Node*>(makeNullConst(var->vartype, var->vartypmod, var->varcollid));
    });
    auto* test = makeNode(BooleanTest);
    test->arg = reinterpret_cast<Expr*>(constraint);
    test->booltesttype = IS_TRUE;
    test->location = -1;
    return reinterpret_cast<Node*>(test);
}

bool MayMoveRows(const Query* update, const List* partitions) {
    const Oid root = rt_fetch(update->resultRelation, update->rtable)->relid;
    for (const Oid partition : pg::EachOid(partitions)) {
        if (!get_rel_relispartition(partition)) continue;
        const List* deciding = DecidingColumns(partition);
        for (auto* entry : Each<TargetEntry>(update->targetList))
            if (!entry->resjunk &&
                list_member(deciding, makeString(get_attname(root, entry->resno, false))))
                return true;
    }
    return false;
}

List* NewRow(const Query* update) {
    const Oid root = rt_fetch(update->resultRelation, update->rtable)->relid;
    List* row = NIL;
    for (const int attribute : pg::EachInt(StoredAttributes(root))) {
        const auto column = static_cast<AttrNumber>(attribute);
        auto* value = reinterpret_cast<Expr*>(AttributeVar(root, update->resultRelation, column));
        for (auto* entry : Each<TargetEntry>(update->targetList))
            if (entry->resno == column) value = static_cast<Expr*>(copyObjectImpl(entry->expr));
        row = lappend(row, makeTargetEntry(value, column, get_attname(root, column, false), false));
    }
    return row;
}

bool IsReferencedTree(Oid root) {
    bool found = false;
    for (const Oid member : pg::EachOid(find_all_inheritors(root, RowExclusiveLock, nullptr))) {
        const Relation relation = table_open(member, NoLock);
        for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++)
            found = found || (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE &&
                              trigger::IsOnReferencedSide(relation->trigdesc->triggers[i]));
        table_close(relation, NoLock);
    }
    return found;
}

const char* KeyAgainstMoves(Oid root) {
    const char* key = nullptr;
    bool changes_rows = false;
    for (const Oid member : pg::EachOid(find_all_inheritors(root, RowExclusiveLock, nullptr))) {
        const Relation relation = table_open(member, NoLock);
        for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
            const Trigger& trigger = relation->trigdesc->triggers[i];
            if (trigger::IsOnReferencedSide(trigger) && TRIGGER_FOR_UPDATE(trigger.tgtype) &&
                !metadata::OnlyRefuses(metadata::ReadForeignKey(trigger.tgconstraint)))
                key = pstrdup(trigger.tgname);
            changes_rows = changes_rows ||
                           (!trigger.tgisinternal && trigger.tgenabled != TRIGGER_DISABLED &&
                            TRIGGER_FOR_ROW(trigger.tgtype) && TRIGGER_FOR_BEFORE(trigger.tgtype) &&
                            TRIGGER_FOR_INSERT(trigger.tgtype));
        }
        table_close(relation, NoLock);
    }
    return changes_rows ? key : nullptr;
}

Expr* AnyOf(List* conditions) {
    return list_length(conditions) == 1 ? static_cast<Expr*>(linitial(conditions))
                                        : make_orclause(conditions);
}

}  // namespace pgspan::planner
