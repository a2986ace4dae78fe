#include "engine/executor/insert_exchange.h"

#include "engine/executor/exchange.h"
#include "engine/executor/reference_write.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"

namespace pgspan::executor {

namespace {

// What a node that takes rows is told.
struct Taker {
    int32 group_id;
    StringInfoData handles;
};

Taker* FindOrAdd(List** takers, int32 group_id) {
    for (auto* taker : pg::Each<Taker>(*takers))
        if (taker->group_id == group_id) return taker;
    auto* taker = static_cast<Taker*>(palloc(sizeof(Taker)));
    taker->group_id = group_id;
    initStringInfo(&taker->handles);
    *takers = lappend(*takers, taker);
    return taker;
}

// Has the rows scattered; returns a List of Taker*.
List* ScatterRows(PlanState* child) {
    List* takers = NIL;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        TupleTableSlot* slot = ExecProcNode(child);
        if (TupIsNull(slot)) return takers;
        bool is_null = false;
        const Datum value = slot_getattr(slot, 1, &is_null);
        if (is_null) continue;
        const Scattered scattered = ParseScattered(TextDatumGetCString(value));
        for (const int group : pg::EachInt(scattered.groups)) {
            Taker* taker = FindOrAdd(&takers, group);
            appendStringInfo(&taker->handles, "%s%s", taker->handles.len > 0 ? " " : "",
                             scattered.handle);
        }
    }
}

// The tail's parameters, then the handles and the group.
ParameterSet* ParametersFor(const ParameterSet& tail, const Taker& taker) {
    auto* types = static_cast<Oid*>(palloc(sizeof(Oid) * (tail.count + 2)));
    std::copy_n(tail.types, tail.count, types);
    types[tail.count] = TEXTOID;
    types[tail.count + 1] = INT4OID;
    auto* set =
        new (palloc(sizeof(ParameterSet))) ParameterSet(MakeValueSet(tail.count + 2, types));
    for (int i = 0; i < tail.count; i++) {
        set->parameters[i] = tail.parameters[i];
        set->formats[i] = tail.formats[i];
    }
    Parameter* own = &set->parameters[tail.count];
    own[0].value = PointerGetDatum(cstring_to_text(taker.handles.data));
    own[1].value = Int32GetDatum(taker.group_id);
    own[0].is_null = own[1].is_null = false;
    EncodeParameters(set);
    return set;
}

}  // namespace

uint64 InsertExchanged(InsertScanState* state) {
    List* takers = ScatterRows(static_cast<PlanState*>(linitial(state->scan.custom_ps)));
    const char* sql = GatherSql(state->plan);
    TaskList tasks;
    tasks.tasks = static_cast<Task*>(palloc0(sizeof(Task) * (list_length(takers) + 1)));
    for (auto* taker : pg::Each<Taker>(takers))
        tasks.tasks[tasks.count++] = {taker->group_id, taker->group_id == metadata::LocalGroup(),
                                      sql, ParametersFor(state->parameters, *taker)};
    TaskOptions options;
    options.access = transaction::Access::kWrite;
    options.decoder = state->decoder;
    options.desc = state->scan.ss.ss_ScanTupleSlot->tts_tupleDescriptor;
    TaskStream* streams = StartTasks(tasks, {}, options);
    uint64 affected = 0;
    for (int i = 0; i < tasks.count; i++) {
        if (state->decoder != nullptr) GatherRows(&streams[i], state->returned.store);
        affected += Drain(&streams[i]);
        CloseStream(&streams[i]);
    }
    return affected;
}

}  // namespace pgspan::executor
