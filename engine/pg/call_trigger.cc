#include "engine/pg/call_trigger.h"

#include "engine/pg/entry.h"
#include "engine/pg/list.h"

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

}  // namespace pgspan::pg
