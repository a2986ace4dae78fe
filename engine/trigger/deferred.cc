#include "engine/trigger/deferred.h"

#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/trigger/matching.h"
#include "engine/trigger/reference_batch.h"
#include "engine/trigger/reference_check.h"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
}

namespace pgspan::trigger {

namespace {

struct DeferredCall {
    SubTransactionId subtransaction;
    SubTransactionId fired_in;  // whose abort takes that back; InvalidSubTransactionId: it waits
    Oid relation;
    Oid trigger;
    Oid constraint;
    bool deferred;  // by the trigger's own definition
    CmdType command;
    HeapTuple old_tuple;
    HeapTuple new_tuple;
    uint64 found;  // as RowEvent has it
};

// What SET CONSTRAINTS has said; a later one counts more.
struct Setting {
    SubTransactionId subtransaction;
    Oid constraint;  // InvalidOid: ALL
    bool deferred;
};

// Of the current transaction, in its memory.
List* calls = NIL;
List* settings = NIL;

bool Waits(Oid constraint, bool by_definition) {
    bool deferred = by_definition;
    for (const auto* setting : pg::Each<Setting>(settings))
        if (!OidIsValid(setting->constraint) || setting->constraint == constraint)
            deferred = setting->deferred;
    return deferred;
}

// ---- Firing

int IndexOf(const Firing* firing, Oid trigger) {
    for (int i = 0; i < firing->triggers->numtriggers; i++)
        if (firing->triggers->triggers[i].tgoid == trigger) return i;
    return -1;
}

TupleTableSlot* SlotOf(const Firing* firing, HeapTuple tuple) {
    if (!tuple) return nullptr;
    TupleTableSlot* slot =
        MakeSingleTupleTableSlot(RelationGetDescr(firing->relation), &TTSOpsHeapTuple);
    return ExecStoreHeapTuple(tuple, slot, false);
}

// False: the table, or the key, was dropped meanwhile and asks for nothing.
bool FindTrigger(EState* statement, const DeferredCall& call, Firing** firing, int* index) {
    LockRelationOid(call.relation, RowShareLock);
    if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(call.relation))) return false;
    *firing = FiringOf(statement, call.relation);
    *index = IndexOf(*firing, call.trigger);
    return *index >= 0;
}

void Fire(EState* statement, const LookAhead* ahead, const DeferredCall& call) {
    Firing* firing = nullptr;
    int index = 0;
    if (!FindTrigger(statement, call, &firing, &index) || IsFound(ahead, index, call.found)) return;
    BeginRow(firing);
    TupleTableSlot* old_row = SlotOf(firing, call.old_tuple);
    TupleTableSlot* new_row = SlotOf(firing, call.new_tuple);
    TriggerData data = CallOf(firing, index, call.command, TRIGGER_EVENT_ROW);
    data.tg_trigtuple = old_row ? call.old_tuple : call.new_tuple;
    data.tg_trigslot = old_row ? old_row : new_row;
    data.tg_newtuple = old_row ? call.new_tuple : nullptr;
    data.tg_newslot = old_row ? new_row : nullptr;
    if (ChecksReference(firing->triggers->triggers[index]))
        CheckReference(firing, index, &data, true);
    else
        Call(firing, index, &data);
    if (old_row) ExecDropSingleTupleTableSlot(old_row);
    if (new_row) ExecDropSingleTupleTableSlot(new_row);
}

// The calls from this one on, whose references can be looked for now.
void LookForReferences(EState* statement, LookAhead* ahead, const List* due, int position) {
    BeginWindow(ahead, position);
    for (; position < list_length(due) && HasSpace(ahead, position); position++) {
        auto* call = static_cast<DeferredCall*>(list_nth(due, position));
        call->found = 0;
        Firing* firing = nullptr;
        int index = 0;
        if (!FindTrigger(statement, *call, &firing, &index) ||
            !ChecksReference(firing->triggers->triggers[index]))
            continue;
        TupleTableSlot* row = SlotOf(firing, call->new_tuple);
        AddReference(ahead, firing, index, row, &call->found);
        ExecDropSingleTupleTableSlot(row);
    }
    FindReferences(ahead, position);
}

// The calls that wait and are not deferred any more, or all that wait, as fired.
List* TakeDue(bool all) {
    List* due = NIL;
    for (auto* call : pg::Each<DeferredCall>(calls)) {
        if (call->fired_in != InvalidSubTransactionId) continue;
        if (!all && Waits(call->constraint, call->deferred)) continue;
        call->fired_in = GetCurrentSubTransactionId();
        due = lappend(due, call);
    }
    return due;
}

// Fires what is not deferred any more; at the end of the transaction, everything. False: nothing.
bool FireDue(bool all) {
    List* due = TakeDue(all);
    if (due == NIL) return false;
    PushActiveSnapshot(GetTransactionSnapshot());
    EState* statement = CreateExecutorState();
    LookAhead* ahead = BeginLookAhead();
    for (int i = 0; i < list_length(due); i++) {
        CHECK_FOR_INTERRUPTS();
        if (NeedsWindow(ahead, i)) LookForReferences(statement, ahead, due, i);
        Fire(statement, ahead, *static_cast<const DeferredCall*>(list_nth(due, i)));
    }
    MemoryContextDelete(ahead->memory);
    FireAfter(statement);
    FreeExecutorState(statement);
    PopActiveSnapshot();
    return true;
}

// What fires may defer more, here and in PostgreSQL's own queue, which has been emptied before.
void FireAll() {
    while (FireDue(true)) AfterTriggerFireDeferred();
}

// ---- SET CONSTRAINTS

void AddSetting(Oid constraint, bool deferred) {
    const MemoryContext outer = MemoryContextSwitchTo(TopTransactionContext);
    auto* setting = static_cast<Setting*>(palloc0(sizeof(Setting)));
    setting->subtransaction = GetCurrentSubTransactionId();
    setting->constraint = constraint;
    setting->deferred = deferred;
    settings = lappend(settings, setting);
    MemoryContextSwitchTo(outer);
}

// The constraints that the index finds.
List* Find(Oid index, ScanKeyData* keys, int count) {
    const Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
    const SysScanDesc scan = systable_beginscan(catalog, index, true, nullptr, count, keys);
    List* found = NIL;
    while (const HeapTuple tuple = systable_getnext(scan))
        found = lappend_oid(found, reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple))->oid);
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return found;
}

List* FindByName(const char* name, Oid schema) {
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], Anum_pg_constraint_conname, BTEqualStrategyNumber, F_NAMEEQ,
                CStringGetDatum(name));
    ScanKeyInit(&keys[1], Anum_pg_constraint_connamespace, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(schema));
    return Find(ConstraintNameNspIndexId, keys, 2);
}

// The constraint, and those of partitions that are parts of it.
void SetWithParts(Oid constraint, bool deferred) {
    AddSetting(constraint, deferred);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_constraint_conparentid, BTEqualStrategyNumber, F_OIDEQ,
                ObjectIdGetDatum(constraint));
    for (const Oid part : pg::EachOid(Find(ConstraintParentIndexId, &key, 1)))
        SetWithParts(part, deferred);
}

void SetNamed(const RangeVar* name, bool deferred) {
    const List* schemas = name->schemaname
                              ? list_make1_oid(LookupExplicitNamespace(name->schemaname, false))
                              : fetch_search_path(true);
    for (const Oid schema : pg::EachOid(schemas)) {
        const List* found = FindByName(name->relname, schema);
        for (const Oid constraint : pg::EachOid(found)) SetWithParts(constraint, deferred);
        if (found != NIL) return;
    }
}

// ---- The transaction

void ForgetAll() {
    calls = NIL;
    settings = NIL;
}

void TransactionCallback(XactEvent event, void*) {
    switch (event) {
    case XACT_EVENT_PRE_COMMIT:
    case XACT_EVENT_PRE_PREPARE:
        pg::Entry([] { FireAll(); });
        break;
    case XACT_EVENT_COMMIT:
    case XACT_EVENT_ABORT:
    case XACT_EVENT_PREPARE:
        ForgetAll();
        break;
    default:
        break;
    }
}

template <typename Item>
List* EndSubtransaction(List* items, SubXactEvent event, SubTransactionId ended,
                        SubTransactionId parent) {
    ListCell* cell;
    foreach (cell, items) {
        auto* item = static_cast<Item*>(lfirst(cell));
        if (item->subtransaction != ended) continue;
        if (event == SUBXACT_EVENT_ABORT_SUB)
            items = foreach_delete_current(items, cell);
        else
            item->subtransaction = parent;
    }
    return items;
}

void EndFiring(SubXactEvent event, SubTransactionId ended, SubTransactionId parent) {
    for (auto* call : pg::Each<DeferredCall>(calls))
        if (call->fired_in == ended)
            call->fired_in = event == SUBXACT_EVENT_ABORT_SUB ? InvalidSubTransactionId : parent;
}

void SubtransactionCallback(SubXactEvent event, SubTransactionId ended, SubTransactionId parent,
                            void*) {
    if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB) return;
    calls = EndSubtransaction<DeferredCall>(calls, event, ended, parent);
    EndFiring(event, ended, parent);
    settings = EndSubtransaction<Setting>(settings, event, ended, parent);
}

}  // namespace

bool IsDeferred(const Trigger& trigger) {
    return trigger.tgdeferrable && Waits(trigger.tgconstraint, trigger.tginitdeferred);
}

void Defer(const Firing* firing, int index, CmdType command, HeapTuple old_tuple,
           HeapTuple new_tuple) {
    const Trigger& trigger = firing->triggers->triggers[index];
    const MemoryContext outer = MemoryContextSwitchTo(TopTransactionContext);
    auto* call = static_cast<DeferredCall*>(palloc0(sizeof(DeferredCall)));
    call->subtransaction = GetCurrentSubTransactionId();
    call->relation = RelationGetRelid(firing->relation);
    call->trigger = trigger.tgoid;
    call->constraint = trigger.tgconstraint;
    call->deferred = trigger.tginitdeferred;
    call->command = command;
    call->old_tuple = old_tuple ? heap_copytuple(old_tuple) : nullptr;
    call->new_tuple = new_tuple ? heap_copytuple(new_tuple) : nullptr;
    calls = lappend(calls, call);
    MemoryContextSwitchTo(outer);
}

void SetConstraints(const ConstraintsSetStmt* statement) {
    if (!metadata::IsCoordinator()) return;
    if (statement->constraints == NIL) AddSetting(InvalidOid, statement->deferred);
    for (const auto* name : pg::Each<RangeVar>(statement->constraints))
        SetNamed(name, statement->deferred);
    if (!statement->deferred) FireDue(false);
}

void InitializeDeferred() {
    RegisterXactCallback(TransactionCallback, nullptr);
    RegisterSubXactCallback(SubtransactionCallback, nullptr);
}

}  // namespace pgspan::trigger
