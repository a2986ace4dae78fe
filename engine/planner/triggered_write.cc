#include "engine/planner/triggered_write.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/transition_rows.h"
#include "engine/pg/tree_part.h"

extern "C" {
#include "access/sysattr.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

bool UpdatesOnConflict(const Query* query) {
    return query->onConflict && query->onConflict->action == ONCONFLICT_UPDATE;
}

// Bits 1 << CmdType.
int CommandsOf(const Query* write) {
    if (write->commandType != CMD_MERGE)
        return (1 << write->commandType) | (UpdatesOnConflict(write) ? 1 << CMD_UPDATE : 0);
    int commands = 0;
    for (auto* action : Each<MergeAction>(write->mergeActionList))
        if (action->commandType != CMD_NOTHING) commands |= 1 << action->commandType;
    return commands;
}

pg::TreePart PartOf(const Query* write) {
    return pg::TreePartOf(rt_fetch(write->resultRelation, write->rtable));
}

bool NamedTableAsksForRows(const pg::TreePart& part, CmdType command) {
    const Relation named = table_open(part.named, NoLock);
    const bool asks = pg::AsksForRows(named->trigdesc, command);
    table_close(named, NoLock);
    return asks;
}

// What UPDATE assigns, and the generated columns that are computed anew: those that depend on it,
// or all where a trigger may change what they depend on.
List* UpdatedColumns(const Query* write) {
    const Relation relation = table_open(TargetOf(write), NoLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    Bitmapset* assigned = pg::AssignedColumns(write);
    Bitmapset* updated = bms_copy(assigned);
    const bool all = relation->trigdesc && relation->trigdesc->trig_update_before_row;
    for (int i = 1; i <= descriptor->natts; i++) {
        if (!TupleDescAttr(descriptor, i - 1)->attgenerated) continue;
        Bitmapset* read = nullptr;
        pull_varattnos(build_column_default(relation, i), 1, &read);
        if (all || bms_overlap(read, assigned))
            updated = bms_add_member(updated, i - FirstLowInvalidHeapAttributeNumber);
    }
    table_close(relation, NoLock);
    List* columns = NIL;
    int column = -1;
    while ((column = bms_next_member(updated, column)) >= 0) columns = lappend_int(columns, column);
    return columns;
}

int PositionOf(const List* attributes, int attribute) {
    for (int i = 0; i < list_length(attributes); i++)
        if (list_nth_int(attributes, i) == attribute) return i;
    return -1;
}

Expr* NullOf(const FormData_pg_attribute& column) {
    return reinterpret_cast<Expr*>(
        makeNullConst(column.atttypid, column.atttypmod, column.attcollation));
}

List* InsertedAttributes(const WriteRewrite& write) {
    if (write.query->commandType != CMD_INSERT) return write.insert_attributes;
    List* attributes = NIL;
    for (auto* entry : Each<TargetEntry>(write.query->targetList))
        attributes = lappend_int(attributes, entry->resno);
    return attributes;
}

// The child's column that holds the attribute of the new row; 0: it is NULL.
int NewColumn(WriteRewrite* write, const List* inserted, const FormData_pg_attribute& column) {
    const plan::ModifyPlan& plan = *write->plan;
    const int set = PositionOf(plan.set_attributes, column.attnum);
    if (set >= 0) return list_nth_int(plan.set_columns, set);
    const int given = PositionOf(inserted, column.attnum);
    if (given >= 0) return list_nth_int(plan.insert_columns, given);
    // A place of its own: it is computed, or (by UPDATE) kept.
    if (column.attgenerated) return write->upper->AddApart(NullOf(column));
    return write->query->commandType == CMD_UPDATE
               ? write->upper->Add(OldValue(write, column.attnum))
               : 0;
}

}  // namespace

Oid TargetOf(const Query* write) {
    return rt_fetch(write->resultRelation, write->rtable)->relid;
}

trigger::Matching TriggersFor(const Query* write, CmdType command) {
    const pg::TreePart part = PartOf(write);
    const bool is_part = OidIsValid(part.named);
    trigger::Matching matching = trigger::MatchingTriggers(
        TargetOf(write), command, command == CMD_UPDATE ? pg::AssignedColumns(write) : nullptr,
        is_part);
    if (!is_part) return matching;
    // A row that moves is none that is inserted to the triggers of the statement.
    if (NamedTableAsksForRows(part, part.command == CMD_INSERT ? command : part.command))
        matching.any = matching.reads_tables = true;
    if (part.may_leave) matching.any = matching.looks_at_rows = true;
    return matching;
}

bool FiresTriggers(const Query* insert) {
    return TriggersFor(insert, CMD_INSERT).any ||
           (UpdatesOnConflict(insert) && TriggersFor(insert, CMD_UPDATE).any);
}

trigger::Matching FindTriggers(const Query* write, plan::TriggerPlan* plan) {
    trigger::Matching all = {};
    const int commands = CommandsOf(write);
    for (const CmdType command : {CMD_INSERT, CMD_UPDATE, CMD_DELETE})
        if ((commands & (1 << command)) != 0) all |= TriggersFor(write, command);
    if (!all.any) return all;
    plan->commands = commands;
    plan->changes_rows = all.before_row;
    plan->needs_outcome = all.NeedOutcome();
    if ((commands & (1 << CMD_UPDATE)) != 0) plan->updated_columns = UpdatedColumns(write);
    const pg::TreePart part = PartOf(write);
    plan->named = part.named;
    plan->named_command = part.command;
    plan->may_leave = part.may_leave;
    plan->returns_staying = part.returns;
    if (!part.may_leave) return all;
    // A row that leaves is deleted.
    const trigger::Matching leaving = TriggersFor(write, CMD_DELETE);
    plan->changes_rows = plan->changes_rows || leaving.before_row;
    plan->needs_outcome = plan->needs_outcome || leaving.NeedOutcome();
    return all;
}

void AddInsertTriggers(WriteRewrite* write) {
    trigger::Matching triggers = TriggersFor(write->query, CMD_INSERT);
    triggers.before_row = false;  // they have fired
    write->triggers |= triggers;
    plan::TriggerPlan* plan = &write->plan->triggers;
    if (!write->triggers.any) return;
    plan->commands |= 1 << CMD_INSERT;
    plan->needs_outcome = plan->needs_outcome || triggers.NeedOutcome();
}

void FillUnassigned(Query* insert, Oid relation) {
    const Relation opened = table_open(relation, NoLock);
    const TupleDesc descriptor = RelationGetDescr(opened);
    for (const int attribute : pg::EachInt(StoredAttributes(relation))) {
        bool given = false;
        for (auto* entry : Each<TargetEntry>(insert->targetList))
            given = given || entry->resno == attribute;
        const FormData_pg_attribute& column = *TupleDescAttr(descriptor, attribute - 1);
        if (!given)
            insert->targetList =
                lappend(insert->targetList,
                        makeTargetEntry(NullOf(column), static_cast<AttrNumber>(attribute),
                                        pstrdup(NameStr(column.attname)), false));
    }
    table_close(opened, NoLock);
}

void AddUnassigned(WriteRewrite* write) {
    plan::ModifyPlan* plan = write->plan;
    for (const int attribute : pg::EachInt(StoredAttributes(write->table->relation))) {
        if (PositionOf(plan->set_attributes, attribute) >= 0 || IsFixed(*write->table, attribute))
            continue;
        plan->set_attributes = lappend_int(plan->set_attributes, attribute);
        plan->set_columns = lappend_int(
            plan->set_columns,
            write->upper->AddApart(OldValue(write, static_cast<AttrNumber>(attribute))));
    }
}

void AddTriggerRows(WriteRewrite* write) {
    if (!write->triggers.NeedRows()) return;
    plan::TriggerPlan* plan = &write->plan->triggers;
    const metadata::Table& table = *write->table;
    const CmdType command = write->query->commandType;
    const List* inserted = InsertedAttributes(*write);
    const Relation relation = table_open(table.relation, NoLock);
    const TupleDesc descriptor = RelationGetDescr(relation);
    for (AttrNumber i = 1; i <= descriptor->natts; i++) {
        const FormData_pg_attribute& column = *TupleDescAttr(descriptor, i - 1);
        const bool exists = !column.attisdropped;
        if (command != CMD_INSERT)
            plan->old_columns =
                lappend_int(plan->old_columns, exists ? write->upper->Add(OldValue(write, i)) : 0);
        if (command != CMD_DELETE)
            plan->new_columns =
                lappend_int(plan->new_columns, exists ? NewColumn(write, inserted, column) : 0);
        if (exists && (plan->commands & (1 << CMD_UPDATE)) != 0 && IsFixed(table, i) &&
            PositionOf(write->plan->set_attributes, i) < 0)
            plan->fixed_attributes = lappend_int(plan->fixed_attributes, i);
    }
    table_close(relation, NoLock);
    // What UPDATE moves takes along what references it.
    if (write->plan->moves && command != CMD_UPDATE) plan->anchoring_key = CascadingKey(table);
}

bool IsFixed(const metadata::Table& table, int attribute) {
    if (!table.IsReference()) return false;
    const Relation relation = table_open(table.relation, NoLock);
    const bool fixed = TupleDescAttr(RelationGetDescr(relation), attribute - 1)->attidentity ==
                       ATTRIBUTE_IDENTITY_ALWAYS;
    table_close(relation, NoLock);
    return fixed;
}

}  // namespace pgspan::planner
