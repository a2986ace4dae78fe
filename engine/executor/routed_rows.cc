#include "engine/executor/routed_rows.h"

#include "engine/executor/copy_sink.h"
#include "engine/trigger/firing.h"

extern "C" {
#include "access/tableam.h"
#include "utils/snapmgr.h"
}

namespace pgspan::executor {

void TakeRoutedRows(EState* statement, Relation shell) {
    const metadata::Table& table = *metadata::FindTable(RelationGetRelid(shell));
    const MemoryContext outer = MemoryContextSwitchTo(statement->es_query_cxt);
    trigger::Firing* firing = trigger::FiringOf(statement, table.relation);
    trigger::BeginPart(firing, nullptr);
    CopySink* sink = MakeCopySink(table, SentAttributes(shell), false);
    TupleTableSlot* slot = table_slot_create(shell, nullptr);
    const TableScanDesc scan = table_beginscan(shell, SnapshotSelf, 0, nullptr);
    MemoryContextSwitchTo(GetPerTupleMemoryContext(statement));
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        ResetPerTupleExprContext(statement);
        slot_getallattrs(slot);
        AddCopyRow(sink, slot->tts_values, slot->tts_isnull);
        trigger::BeginRow(firing);
        // PostgreSQL's own checks of what the rows reference find them deleted, and do nothing.
        trigger::QueueAfterRow(firing, CMD_INSERT, nullptr, slot, trigger::Writer::kRouted);
        simple_table_tuple_delete(shell, &slot->tts_tid, SnapshotSelf);
    }
    MemoryContextSwitchTo(statement->es_query_cxt);
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    FinishCopySink(sink);
    MemoryContextSwitchTo(outer);
}

}  // namespace pgspan::executor
