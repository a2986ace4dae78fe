#include "engine/executor/insert_exchange.h"

#include "engine/executor/exchange.h"
#include "engine/executor/reference_write.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"

namespace pgspan::executor {

namespace {

// The tail's parameters, then the arguments of pgspan.gather.
ParameterSet* ParametersFor(const ParameterSet& tail, const Gathering& gathering) {
    const int count = tail.count + static_cast<int>(lengthof(plan::kGatherTypes));
    auto* types = static_cast<Oid*>(palloc(sizeof(Oid) * count));
    std::copy_n(tail.types, tail.count, types);
    std::copy_n(plan::kGatherTypes, lengthof(plan::kGatherTypes), types + tail.count);
    auto* set = new (palloc(sizeof(ParameterSet))) ParameterSet(MakeValueSet(count, types));
    for (int i = 0; i < tail.count; i++) {
        set->parameters[i] = tail.parameters[i];
        set->formats[i] = tail.formats[i];
    }
    SetGathering(gathering, true, &set->parameters[tail.count]);
    EncodeParameters(set);
    return set;
}

}  // namespace

uint64 InsertExchanged(InsertScanState* state) {
    List* gatherings = RunScatter(static_cast<PlanState*>(linitial(state->scan.custom_ps)));
    const char* sql = GatherSql(state->plan);
    TaskList tasks;
    tasks.tasks = static_cast<Task*>(palloc0(sizeof(Task) * (list_length(gatherings) + 1)));
    for (auto* gathering : pg::Each<Gathering>(gatherings))
        tasks.tasks[tasks.count++] = {gathering->group_id,
                                      gathering->group_id == metadata::LocalGroup(), sql,
                                      ParametersFor(state->parameters, *gathering)};
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
