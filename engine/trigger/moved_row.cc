// Rows that move between tables of a tree, where PostgreSQL's executor sees a DELETE or nothing. A
// foreign key that references the tree takes them for updates of the table named, as it does for
// rows that PostgreSQL itself moves.
#include "engine/pg/call_trigger.h"
#include "engine/pg/list.h"
#include "engine/pg/relation.h"
#include "engine/trigger/course.h"
#include "engine/trigger/matching.h"
#include "engine/trigger/moved_row.h"

extern "C" {
#include "access/tupconvert.h"
#include "catalog/partition.h"
}

namespace pgspan::trigger {

namespace {

bool IsReferenced(const Firing& firing) {
    bool found = false;
    for (int i = 0; i < firing.triggers->numtriggers; i++)
        found = found || IsOnReferencedSide(firing.triggers->triggers[i]);
    return found;
}

bool HasKeyOfItsOwn(const Relation relation) {
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        if (IsOnReferencedSide(trigger) && TRIGGER_FOR_UPDATE(trigger.tgtype) && !trigger.tgisclone)
            return true;
    }
    return false;
}

// The message is PostgreSQL's.
[[noreturn]] void RefuseKeyBetween(const char* ancestor, const char* named) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("cannot move tuple across partitions when a non-root ancestor of the source "
                   "partition is directly referenced in a foreign key"),
            errdetail("A foreign key points to ancestor \"%s\" but not the root ancestor \"%s\".",
                      ancestor, named),
            errhint("Consider defining the foreign key on table \"%s\".", named));
    pg_unreachable();
}

// Between the partition and the table named.
void CheckKeysBetween(Oid partition, Oid named) {
    for (const Oid ancestor : pg::EachOid(get_partition_ancestors(partition))) {
        if (ancestor == named) break;
        const Relation relation = table_open(ancestor, AccessShareLock);
        if (HasKeyOfItsOwn(relation)) RefuseKeyBetween(get_rel_name(ancestor), get_rel_name(named));
        table_close(relation, AccessShareLock);
    }
}

// Of the table named, for a row.
Firing* BeginMove(EState* statement, Oid named) {
    Firing* firing = FiringOf(statement, named);
    firing->is_of_moves = true;
    BeginRow(firing);
    return firing;
}

// Rows as that table has them.
void Queue(Firing* firing, TupleTableSlot* old_row, TupleTableSlot* new_row) {
    RowEvent event = {CMD_UPDATE, 0, nullptr, 0};
    for (int i = 0; i < firing->triggers->numtriggers; i++)
        if (IsToFireForMove(firing, i, old_row, new_row)) event.fires |= UINT64CONST(1) << i;
    QueueEvent(firing, event, old_row, new_row);
}

// Out of a row that has the columns of the table, or those that hold values of their own, from that
// number on; returns the number after them.
int Fill(TupleTableSlot* row, bool stored_only, TupleTableSlot* from, int column) {
    ExecClearTuple(row);
    for (int i = 0; i < row->tts_tupleDescriptor->natts; i++) {
        const FormData_pg_attribute& attribute = *TupleDescAttr(row->tts_tupleDescriptor, i);
        row->tts_isnull[i] = true;
        if (attribute.attisdropped || (stored_only && attribute.attgenerated)) continue;
        row->tts_values[i] = from->tts_values[column];
        row->tts_isnull[i] = from->tts_isnull[column++];
    }
    ExecStoreVirtualTuple(row);
    return column;
}

int ColumnCount(const TupleDesc descriptor) {
    int count = 0;
    for (int i = 0; i < descriptor->natts; i++)
        if (!TupleDescAttr(descriptor, i)->attisdropped) count++;
    return count;
}

// What the DELETE of local rows that move returns (planner/split_moves.cc): the new row's columns
// that hold values of their own, what else is carried, the old row, and the partition.
void QueueLocal(EState* statement, Oid named, TupleTableSlot* returned) {
    Firing* firing = BeginMove(statement, named);
    const MemoryContext outer = MemoryContextSwitchTo(GetPerTupleMemoryContext(firing->estate));
    const TupleDesc descriptor = RelationGetDescr(firing->relation);
    TupleTableSlot* old_row = MakeSingleTupleTableSlot(descriptor, &TTSOpsVirtual);
    TupleTableSlot* new_row = MakeSingleTupleTableSlot(descriptor, &TTSOpsVirtual);
    slot_getallattrs(returned);
    const int last = returned->tts_tupleDescriptor->natts - 1;
    CheckKeysBetween(DatumGetObjectId(returned->tts_values[last]), named);
    Fill(new_row, true, returned, 0);
    Fill(old_row, false, returned, last - ColumnCount(descriptor));
    ComputeGeneratedColumns(firing, CMD_UPDATE, new_row);
    Queue(firing, old_row, new_row);
    ExecDropSingleTupleTableSlot(old_row);
    ExecDropSingleTupleTableSlot(new_row);
    MemoryContextSwitchTo(outer);
}

}  // namespace

void QueueAfterMove(const Firing* source, Oid named, TupleTableSlot* old_row,
                    TupleTableSlot* new_row) {
    if (!IsReferenced(*source)) return;
    Firing* firing = BeginMove(source->course->statement, named);
    const MemoryContext outer = MemoryContextSwitchTo(GetPerTupleMemoryContext(firing->estate));
    CheckKeysBetween(RelationGetRelid(source->relation), named);
    const TupleDesc descriptor = RelationGetDescr(firing->relation);
    AttrMap* map = pg::MapColumns(RelationGetDescr(source->relation), descriptor);
    TupleTableSlot* was = MakeSingleTupleTableSlot(descriptor, &TTSOpsVirtual);
    TupleTableSlot* is = MakeSingleTupleTableSlot(descriptor, &TTSOpsVirtual);
    Queue(firing, execute_attr_map_slot(map, old_row, was),
          execute_attr_map_slot(map, new_row, is));
    ExecDropSingleTupleTableSlot(was);
    ExecDropSingleTupleTableSlot(is);
    MemoryContextSwitchTo(outer);
}

void WatchLocalMoves(const QueryDesc* query) {
    pg::ReportDepartures(query, QueueLocal);
}

}  // namespace pgspan::trigger
