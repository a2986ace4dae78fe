#include "engine/executor/row_triggers.h"

#include "engine/pg/list.h"

extern "C" {
#include "access/sysattr.h"
#include "utils/datum.h"
}

namespace pgspan::executor {

struct RowTriggers {
    const plan::TriggerPlan* plan;
    CmdType command;  // of the statement
    trigger::Firing* firing;
    TupleTableSlot* old_row;
    TupleTableSlot* new_row;
    TupleTableSlot* child;  // the row as it is to be written
    Oid relation;
    // By the command for whose triggers of the table that the statement names they are.
    pg::TransitionRows* named_rows[CMD_NOTHING];
};

namespace {

bool Concerns(const RowTriggers& triggers, CmdType command) {
    return (triggers.plan->commands & (1 << command)) != 0;
}

void Fill(TupleTableSlot* row, const List* columns, const TupleTableSlot* child) {
    ExecClearTuple(row);
    int attribute = 0;
    for (const int column : pg::EachInt(columns)) {
        row->tts_isnull[attribute] = column == 0 || child->tts_isnull[column - 1];
        row->tts_values[attribute] =
            row->tts_isnull[attribute] ? Datum(0) : child->tts_values[column - 1];
        attribute++;
    }
    ExecStoreVirtualTuple(row);
}

void RefuseFixed(const RowTriggers& triggers, int attribute) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("a trigger that changes identity column \"%s\" of reference table \"%s\" is not "
                   "supported",
                   get_attname(triggers.relation, static_cast<AttrNumber>(attribute), false),
                   get_rel_name(triggers.relation)));
}

void CheckFixed(const RowTriggers& triggers) {
    const TupleDesc descriptor = triggers.new_row->tts_tupleDescriptor;
    for (const int attribute : pg::EachInt(triggers.plan->fixed_attributes)) {
        const Form_pg_attribute column = TupleDescAttr(descriptor, attribute - 1);
        const int i = attribute - 1;
        const bool same_null = triggers.old_row->tts_isnull[i] == triggers.new_row->tts_isnull[i];
        if (!same_null ||
            (!triggers.new_row->tts_isnull[i] &&
             !datumIsEqual(triggers.old_row->tts_values[i], triggers.new_row->tts_values[i],
                           column->attbyval, column->attlen)))
            RefuseFixed(triggers, attribute);
    }
}

// The child's row with the new row's columns as the triggers have left them.
TupleTableSlot* Changed(const RowTriggers& triggers, const TupleTableSlot* child) {
    TupleTableSlot* out = ExecClearTuple(triggers.child);
    const size_t count = out->tts_tupleDescriptor->natts;
    memcpy(out->tts_values, child->tts_values, sizeof(Datum) * count);
    memcpy(out->tts_isnull, child->tts_isnull, sizeof(bool) * count);
    for (int i = 0; i < list_length(triggers.plan->new_columns); i++) {
        const int column = list_nth_int(triggers.plan->new_columns, i);
        if (column == 0 || list_member_int(triggers.plan->fixed_attributes, i + 1)) continue;
        out->tts_values[column - 1] = triggers.new_row->tts_values[i];
        out->tts_isnull[column - 1] = triggers.new_row->tts_isnull[i];
    }
    return ExecStoreVirtualTuple(out);
}

TupleTableSlot* OldRow(const RowTriggers& triggers, CmdType command) {
    return command == CMD_INSERT ? nullptr : triggers.old_row;
}

TupleTableSlot* NewRow(const RowTriggers& triggers, CmdType command) {
    return command == CMD_DELETE ? nullptr : triggers.new_row;
}

Bitmapset* UpdatedColumns(const RowTriggers& triggers) {
    Bitmapset* updated = nullptr;
    for (const int column : pg::EachInt(triggers.plan->updated_columns))
        updated = bms_add_member(updated, column);
    return updated;
}

// What the event is to the statement: a row that UPDATE moves from table to table is updated.
CmdType NamedEvent(const RowTriggers& triggers, CmdType command) {
    return triggers.plan->named_command == CMD_UPDATE ? CMD_UPDATE : command;
}

// ON CONFLICT has tables of its own.
CmdType NamedTables(const RowTriggers& triggers, CmdType command) {
    return triggers.plan->named_command == CMD_INSERT ? command : triggers.plan->named_command;
}

void Queue(RowTriggers* triggers, CmdType command, TupleTableSlot* old_row, TupleTableSlot* new_row,
           bool moves = false) {
    const trigger::Writer writer = moves ? trigger::Writer::kMove
                                   : OidIsValid(triggers->plan->named)
                                       ? trigger::Writer::kPart
                                       : trigger::Writer::kStatement;
    trigger::QueueAfterRow(triggers->firing, command, old_row, new_row, writer);
    if (pg::TransitionRows* rows = triggers->named_rows[NamedTables(*triggers, command)])
        pg::AddTransitionRow(rows, NamedEvent(*triggers, command), old_row, new_row);
}

void OpenNamedTables(RowTriggers* triggers) {
    const plan::TriggerPlan& plan = *triggers->plan;
    if (!OidIsValid(plan.named)) return;
    for (const CmdType command : {CMD_INSERT, CMD_UPDATE, CMD_DELETE}) {
        const CmdType tables = NamedTables(*triggers, command);
        if (!triggers->named_rows[tables])
            triggers->named_rows[tables] =
                trigger::TransitionRowsOf(triggers->firing, plan.named, tables);
    }
}

}  // namespace

RowTriggers* MakeRowTriggers(EState* estate, const plan::ModifyPlan& plan, TupleDesc child) {
    if (plan.triggers.commands == 0) return nullptr;
    auto* triggers = static_cast<RowTriggers*>(palloc0(sizeof(RowTriggers)));
    triggers->plan = &plan.triggers;
    triggers->command = plan.command;
    triggers->relation = plan.relation;
    triggers->firing = trigger::FiringOf(estate, plan.relation);
    if (plan.triggers.old_columns == NIL && plan.triggers.new_columns == NIL) return triggers;
    const Relation relation = table_open(plan.relation, NoLock);
    const TupleDesc row = CreateTupleDescCopyConstr(RelationGetDescr(relation));
    table_close(relation, NoLock);
    triggers->old_row = MakeSingleTupleTableSlot(row, &TTSOpsVirtual);
    triggers->new_row = MakeSingleTupleTableSlot(row, &TTSOpsVirtual);
    triggers->child = MakeSingleTupleTableSlot(child, &TTSOpsVirtual);
    OpenNamedTables(triggers);
    return triggers;
}

void FireBeforeStatements(RowTriggers* triggers) {
    if (!triggers) return;
    const Bitmapset* updated = UpdatedColumns(*triggers);
    if (OidIsValid(triggers->plan->named)) return trigger::BeginPart(triggers->firing, updated);
    for (const CmdType command : {CMD_INSERT, CMD_UPDATE, CMD_DELETE})
        if (Concerns(*triggers, command))
            trigger::FireBeforeStatement(triggers->firing, command,
                                         command == CMD_UPDATE ? updated : nullptr);
}

void QueueAfterStatements(RowTriggers* triggers) {
    if (!triggers || OidIsValid(triggers->plan->named)) return;
    for (const CmdType command : {CMD_DELETE, CMD_UPDATE, CMD_INSERT})
        if (Concerns(*triggers, command)) trigger::QueueAfterStatement(triggers->firing, command);
}

TupleTableSlot* FireBeforeRow(RowTriggers* triggers, CmdType command, TupleTableSlot* child,
                              trigger::PendingWrites pending) {
    if (!triggers || !triggers->child) return child;
    trigger::BeginRow(triggers->firing);
    TupleTableSlot* old_row = OldRow(*triggers, command);
    TupleTableSlot* new_row = NewRow(*triggers, command);
    if (old_row) Fill(old_row, triggers->plan->old_columns, child);
    if (new_row) Fill(new_row, triggers->plan->new_columns, child);
    if (triggers->plan->changes_rows &&
        !trigger::FireBeforeRow(triggers->firing, command, old_row, new_row, pending))
        return nullptr;
    if (!new_row) return child;
    if (old_row) CheckFixed(*triggers);  // both rows: an UPDATE
    trigger::ComputeGeneratedColumns(triggers->firing, command, new_row);
    return triggers->plan->changes_rows ? Changed(*triggers, child) : child;
}

void QueueAfterRow(RowTriggers* triggers, CmdType command) {
    if (!triggers || !triggers->plan->needs_outcome) return;
    Queue(triggers, command, OldRow(*triggers, command), NewRow(*triggers, command));
}

bool Leaves(RowTriggers* triggers) {
    return triggers && triggers->plan->may_leave &&
           !trigger::Belongs(triggers->firing, triggers->new_row);
}

bool FireBeforeLeaving(RowTriggers* triggers, trigger::PendingWrites pending) {
    if (!triggers->plan->changes_rows) return true;
    return trigger::FireBeforeRow(triggers->firing, CMD_DELETE, triggers->old_row, nullptr,
                                  pending);
}

void QueueAfterLeaving(RowTriggers* triggers) {
    trigger::QueueAfterMove(triggers->firing, triggers->plan->named, triggers->old_row,
                            triggers->new_row);
    if (!triggers->plan->needs_outcome) return;
    Queue(triggers, CMD_DELETE, triggers->old_row, nullptr, true);
}

void QueueAfterInserted(RowTriggers* triggers, TupleTableSlot* child) {
    if (!triggers || !triggers->plan->needs_outcome) return;
    trigger::BeginRow(triggers->firing);
    Fill(triggers->old_row, triggers->plan->old_columns, child);
    Queue(triggers, CMD_INSERT, nullptr, triggers->old_row);
}

void CheckMayMove(const RowTriggers* triggers) {
    if (!triggers || !triggers->plan->anchoring_key) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("a trigger that changes the distribution column of referenced table \"%s\" is "
                   "not supported",
                   get_rel_name(triggers->relation)),
            errdetail("Rows that move are deleted and inserted, and foreign key \"%s\" would act "
                      "on it.",
                      triggers->plan->anchoring_key));
}

}  // namespace pgspan::executor
