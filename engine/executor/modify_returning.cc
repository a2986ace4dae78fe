#include "engine/executor/modify_run.h"

#include "engine/pg/list.h"

namespace pgspan::executor {

namespace {

// A row for RETURNING: the child's (nullptr: it has none), with what the target's row has become.
// become(i, &is_null): the i-th of returned_attributes.
template <typename Become>
void ReturnRow(ModifyScanState* state, TupleTableSlot* child, Become&& become) {
    const TupleDesc desc = state->scan.ss.ss_ScanTupleSlot->tts_tupleDescriptor;
    auto* values = static_cast<Datum*>(palloc(sizeof(Datum) * desc->natts));
    auto* nulls = static_cast<bool*>(palloc(sizeof(bool) * desc->natts));
    if (child) {
        memcpy(values, child->tts_values, sizeof(Datum) * desc->natts);
        memcpy(nulls, child->tts_isnull, sizeof(bool) * desc->natts);
    } else {
        memset(values, 0, sizeof(Datum) * desc->natts);
        memset(nulls, true, sizeof(bool) * desc->natts);
    }
    int i = 0;
    for (const int column : pg::EachInt(state->plan.returned_columns))
        values[column - 1] = become(i++, &nulls[column - 1]);
    tuplestore_putvalues(state->returned.store, desc, values, nulls);
    pfree(values);
    pfree(nulls);
}

// What the row has become is in columns of the child's: column_of(i), 0 for NULL.
template <typename ColumnOf>
void ReturnRowOfChild(ModifyScanState* state, TupleTableSlot* child, ColumnOf&& column_of) {
    const Datum* values = child->tts_values;
    const bool* nulls = child->tts_isnull;
    ReturnRow(state, child, [&](int i, bool* is_null) {
        const int column = column_of(i);
        *is_null = column == 0 || nulls[column - 1];
        return *is_null ? Datum(0) : values[column - 1];
    });
}

// What it has become is what a node has sent.
void ReturnRowSent(ModifyScanState* state, TupleTableSlot* child, const Datum* sent,
                   const bool* sent_nulls) {
    ReturnRow(state, child, [&](int i, bool* is_null) {
        *is_null = sent_nulls[i];
        return sent[i];
    });
}

}  // namespace

// Rows that stay in their table are returned.
bool ReturnsStaying(const plan::ModifyPlan& plan) {
    return plan.returns_rows && (!plan.triggers.may_leave || plan.triggers.returns_staying);
}

void ReturnChanged(void* state, TupleTableSlot* child, const Datum* values, const bool* nulls) {
    ReturnRowSent(static_cast<ModifyScanState*>(state), child, values, nulls);
}

void ReturnLeft(void* context, TupleTableSlot* child, const Datum*, const bool*) {
    auto* state = static_cast<ModifyScanState*>(context);
    const plan::ModifyPlan& plan = state->plan;
    slot_getallattrs(child);
    ReturnRowOfChild(state, child, [&](int i) {
        return list_nth_int(plan.triggers.new_columns,
                            list_nth_int(plan.returned_attributes, i) - 1);
    });
}

void ReturnPassed(ModifyRun* run) {
    const plan::ModifyPlan& plan = run->state->plan;
    if (!plan.returns_rows) return;
    ReturnRowOfChild(run->state, run->row,
                     [&](int i) { return list_nth_int(plan.stored_columns, i); });
}

// RETURNING of what was inserted; rows that moved, and sources (in the order in which they were
// sent), have their own columns beside.
void ReturnInserted(ModifyRun* run, Tuplestorestate* children) {
    ModifyScanState* state = run->state;
    if (!run->inserted || !ReturnsStaying(state->plan)) return;
    TupleTableSlot* slot = MakeSingleTupleTableSlot(state->insert_desc, &TTSOpsMinimalTuple);
    while (tuplestore_gettupleslot(run->inserted, true, false, slot)) {
        CHECK_FOR_INTERRUPTS();
        slot_getallattrs(slot);
        TupleTableSlot* child = nullptr;
        if (children) {
            if (!tuplestore_gettupleslot(children, true, false, run->row))
                elog(ERROR, "a node inserted more rows than it was sent");
            slot_getallattrs(run->row);
            child = run->row;
        }
        ReturnRowSent(state, child, slot->tts_values, slot->tts_isnull);
    }
    ExecDropSingleTupleTableSlot(slot);
}

}  // namespace pgspan::executor
