#include "engine/pg/call_trigger.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/tree_part.h"

namespace pgspan::pg {

namespace {

struct Call {
    TriggerData* data;
    FmgrInfo* function;
    HeapTuple result;
};

// Of the frame that PostgreSQL is about to enter; read there at once.
Call* next_call = nullptr;

void Run(Call* call) {
    LOCAL_FCINFO(arguments, 0);
    InitFunctionCallInfoData(*arguments, call->function, 0, InvalidOid,
                             reinterpret_cast<fmNodePtr>(call->data), nullptr);
    const Datum result = FunctionCallInvoke(arguments);
    if (arguments->isnull)
        ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                errmsg("trigger function %u returned null value", call->function->fn_oid));
    call->result = reinterpret_cast<HeapTuple>(DatumGetPointer(result));
}

// What PostgreSQL calls in place of the function, as a BEFORE trigger that changes nothing.
Datum Frame(FunctionCallInfo fcinfo) {
    return Entry([&] {
        Run(std::exchange(next_call, nullptr));
        return PointerGetDatum(reinterpret_cast<TriggerData*>(fcinfo->context)->tg_trigtuple);
    });
}

// Rows that are deleted or inserted go where updated ones go. Which of them share one pair of
// tables differs between minor versions.
template <typename State>
void CountAsUpdated(State* capture) {
    capture->tcs_delete_old_table = capture->tcs_update_old_table;
    capture->tcs_insert_new_table = capture->tcs_update_new_table;
    if constexpr (requires { capture->tcs_update_private; }) {
        capture->tcs_delete_private = capture->tcs_update_private;
        capture->tcs_insert_private = capture->tcs_update_private;
    }
}

// The write of what is local for a statement that is split, and the mark on its target.
ModifyTableState* PartOfSplit(PlanState* node, TreePart* part) {
    if (!node || !IsA(node, ModifyTableState)) return nullptr;
    auto* modify = reinterpret_cast<ModifyTableState*>(node);
    const Index target = modify->rootResultRelInfo->ri_RangeTableIndex;
    if (target == 0) return nullptr;
    *part = TreePartOf(exec_rt_fetch(target, node->state));
    return OidIsValid(part->named) ? modify : nullptr;
}

template <typename Visit>
void VisitParts(EState* statement, Visit visit) {
    for (auto* node : Each<PlanState>(statement->es_subplanstates)) {
        TreePart part = {};
        if (ModifyTableState* modify = PartOfSplit(node, &part)) visit(modify, part);
    }
}

void SilencePart(ModifyTableState* modify, const TreePart& part) {
    if (part.command == modify->operation) return;
    ResultRelInfo* target = modify->rootResultRelInfo;
    TriggerDesc* triggers = target->ri_TrigDesc;
    modify->mt_transition_capture = MakeTransitionCaptureState(
        triggers, RelationGetRelid(target->ri_RelationDesc), part.command);
    if (modify->mt_transition_capture && part.command == CMD_UPDATE)
        CountAsUpdated(modify->mt_transition_capture);
    for (int i = 0; triggers && i < triggers->numtriggers; i++)
        if (!TRIGGER_FOR_ROW(triggers->triggers[i].tgtype))
            triggers->triggers[i].tgenabled = TRIGGER_DISABLED;
}

// PostgreSQL's for all ModifyTable nodes, and what is told of the rows that they return.
ExecProcNodeMtd run_modify_table = nullptr;
void (*report_departure)(EState* statement, Oid named, TupleTableSlot* returned) = nullptr;

TupleTableSlot* RunDepartures(PlanState* node) {
    return Entry([&] {
        TupleTableSlot* returned = run_modify_table(node);
        TreePart part = {};
        if (!TupIsNull(returned) && PartOfSplit(node, &part))
            report_departure(node->state, part.named, returned);
        return returned;
    });
}

// Those that stand in the partition only because a key references the tree.
void SilenceKeysOfTree(ModifyTableState* modify) {
    for (int i = 0; i < modify->mt_nrels; i++) {
        TriggerDesc* triggers = modify->resultRelInfo[i].ri_TrigDesc;
        for (int t = 0; triggers && t < triggers->numtriggers; t++) {
            Trigger& trigger = triggers->triggers[t];
            if (trigger.tgisinternal && trigger.tgisclone &&
                RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_PK)
                trigger.tgenabled = TRIGGER_DISABLED;
        }
    }
}

// PostgreSQL forgets what it has queued before for the same table and command.
void Requeue(EState* statement, ModifyTableState* modify) {
    ResultRelInfo* target = modify->rootResultRelInfo;
    TransitionCaptureState* capture = modify->mt_transition_capture;
    const bool merges = modify->operation == CMD_MERGE;
    if (modify->operation == CMD_DELETE ||
        (merges && (modify->mt_merge_subcommands & MERGE_DELETE)))
        ExecASDeleteTriggers(statement, target, capture);
    if (modify->operation == CMD_UPDATE ||
        (merges && (modify->mt_merge_subcommands & MERGE_UPDATE)))
        ExecASUpdateTriggers(statement, target, capture);
    if (modify->operation == CMD_INSERT) ExecASInsertTriggers(statement, target, capture);
}

TupleTableSlot* EmptyRow() {
    const TupleDesc none = CreateTemplateTupleDesc(0);
    TupleTableSlot* slot = MakeSingleTupleTableSlot(none, &TTSOpsHeapTuple);
    ExecStoreHeapTuple(heap_form_tuple(none, nullptr, nullptr), slot, false);
    return slot;
}

}  // namespace

HeapTuple CallTrigger(EState* estate, TriggerData* data, FmgrInfo* function) {
    if (function->fn_oid == InvalidOid) fmgr_info(data->tg_trigger->tgfoid, function);
    data->type = T_TriggerData;
    Call call = {data, function, nullptr};

    Trigger frame_trigger = *data->tg_trigger;
    frame_trigger.tgtype = TRIGGER_TYPE_ROW | TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_INSERT;
    frame_trigger.tgenabled = TRIGGER_FIRES_ALWAYS;
    frame_trigger.tgisclone = false;
    frame_trigger.tgqual = nullptr;
    TriggerDesc triggers = {};
    triggers.triggers = &frame_trigger;
    triggers.numtriggers = 1;
    triggers.trig_insert_before_row = true;
    FmgrInfo frame_function = *function;
    frame_function.fn_addr = Frame;

    const MemoryContext outer = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate));
    auto* target = makeNode(ResultRelInfo);
    target->ri_RelationDesc = data->tg_relation;
    target->ri_TrigDesc = &triggers;
    target->ri_TrigFunctions = &frame_function;
    next_call = &call;
    ExecBRInsertTriggers(estate, target, EmptyRow());
    next_call = nullptr;
    MemoryContextSwitchTo(outer);
    return call.result;
}

bool IsDeparture(const char* sql) {
    return sql && strncmp(sql, kDeparture, strlen(kDeparture)) == 0;
}

void SilenceReferencedSide(const QueryDesc* query) {
    for (auto* target : Each<ResultRelInfo>(query->estate->es_opened_result_relations)) {
        TriggerDesc* triggers = target->ri_TrigDesc;
        for (int i = 0; triggers && i < triggers->numtriggers; i++) {
            Trigger& trigger = triggers->triggers[i];
            if (trigger.tgisinternal && RI_FKey_trigger_type(trigger.tgfoid) == RI_TRIGGER_PK)
                trigger.tgenabled = TRIGGER_DISABLED;
        }
    }
}

void SilenceUserTriggers(const QueryDesc* query) {
    for (auto* target : Each<ResultRelInfo>(query->estate->es_opened_result_relations)) {
        TriggerDesc* triggers = target->ri_TrigDesc;
        for (int i = 0; triggers && i < triggers->numtriggers; i++)
            if (!triggers->triggers[i].tgisinternal)
                triggers->triggers[i].tgenabled = TRIGGER_DISABLED;
    }
}

void SilencePartsOfMoves(const QueryDesc* query) {
    VisitParts(query->estate, SilencePart);
}

void ReportDepartures(const QueryDesc* query,
                      void (*report)(EState* statement, Oid named, TupleTableSlot* returned)) {
    report_departure = report;
    VisitParts(query->estate, [](ModifyTableState* modify, const TreePart& part) {
        if (!part.departs) return;
        run_modify_table = modify->ps.ExecProcNodeReal;
        ExecSetExecProcNode(&modify->ps, RunDepartures);
        SilenceKeysOfTree(modify);
    });
}

void RequeueAfterStatement(EState* statement) {
    for (const bool inserts : {false, true})
        VisitParts(statement, [&](ModifyTableState* modify, const TreePart& part) {
            if (part.command == modify->operation && inserts == (part.command == CMD_INSERT))
                Requeue(statement, modify);
        });
}

}  // namespace pgspan::pg
