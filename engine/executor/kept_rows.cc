#include "engine/executor/kept_rows.h"

extern "C" {
#include "miscadmin.h"
}

namespace pgspan::executor {

KeptRows KeepRows(TupleDesc desc, bool rewinds) {
    KeptRows kept;
    kept.store = tuplestore_begin_heap(rewinds, false, work_mem);
    tuplestore_set_eflags(kept.store, rewinds ? EXEC_FLAG_REWIND : 0);
    kept.slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
    return kept;
}

bool NextKeptRow(const KeptRows& kept, TupleTableSlot* slot) {
    if (kept.store == nullptr || !tuplestore_gettupleslot(kept.store, true, false, kept.slot))
        return false;
    slot_getallattrs(kept.slot);
    const int columns = slot->tts_tupleDescriptor->natts;
    memcpy(slot->tts_values, kept.slot->tts_values, sizeof(Datum) * columns);
    memcpy(slot->tts_isnull, kept.slot->tts_isnull, sizeof(bool) * columns);
    ExecStoreVirtualTuple(slot);
    return true;
}

void DropKeptRows(KeptRows* kept) {
    if (kept->slot != nullptr) ExecDropSingleTupleTableSlot(kept->slot);
    if (kept->store != nullptr) tuplestore_end(kept->store);
    *kept = {};
}

KeptRows ComputeRows(PlanState* plan) {
    const KeptRows kept = KeepRows(ExecGetResultType(plan), false);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        TupleTableSlot* slot = ExecProcNode(plan);
        if (TupIsNull(slot)) return kept;
        tuplestore_puttupleslot(kept.store, slot);
    }
}

TupleDesc RowDescOfTypes(List* types, List* typmods, List* collations) {
    List* names = NIL;
    for (int i = 0; i < list_length(types); i++) names = lappend(names, makeString(pstrdup("")));
    return BuildDescFromLists(names, types, typmods, collations);
}

}  // namespace pgspan::executor
