#include "engine/executor/shipments.h"

#include "engine/executor/exchange.h"
#include "engine/pg/list.h"

namespace pgspan::executor {

namespace {

// The arrays of one shipment for one destination.
struct Arrays {
    ArrayBuildState** columns;
};

Arrays MakeArrays(const plan::Shipment& shipment) {
    const int count = list_length(shipment.types);
    Arrays arrays = {static_cast<ArrayBuildState**>(palloc(sizeof(ArrayBuildState*) * count))};
    for (int i = 0; i < count; i++)
        arrays.columns[i] =
            initArrayResult(list_nth_oid(shipment.types, i), CurrentMemoryContext, false);
    return arrays;
}

void AddRow(const plan::Shipment& shipment, TupleTableSlot* row, Arrays* arrays) {
    for (int i = 0; i < list_length(shipment.types); i++)
        accumArrayResult(arrays->columns[i], row->tts_values[i], row->tts_isnull[i],
                         list_nth_oid(shipment.types, i), arrays->columns[i]->mcontext);
}

void SetArrays(const plan::Shipment& shipment, const Arrays& arrays, int first, ParameterSet* set) {
    for (int i = 0; i < list_length(shipment.types); i++) {
        Parameter& parameter = set->parameters[first + i];
        parameter.value = makeArrayResult(arrays.columns[i], CurrentMemoryContext);
        parameter.is_null = false;
    }
}

bool IsRouted(const plan::DistributedPlan& plan, const plan::Shipment& shipment) {
    // The one task of a router plan sees all rows.
    return shipment.route_column >= 0 && plan.kind == plan::TaskKind::kFanOut;
}

// How the rows' key is hashed.
FmgrInfo HashOf(const metadata::Table& anchor, const plan::Shipment& shipment) {
    const Oid type = list_nth_oid(shipment.types, shipment.route_column);
    FmgrInfo hash = {};
    if (!metadata::FindHashFunction(anchor, type, &hash))
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("values of type %s cannot be hashed like the distribution column of table "
                       "\"%s\"",
                       format_type_be(type), get_rel_name(anchor.relation)));
    return hash;
}

// The task that answers for the shard of a row's key.
int TaskOf(const TaskList& tasks, const metadata::Table& anchor, int column, FmgrInfo* hash,
           const TupleTableSlot* row) {
    const int shard =
        metadata::ShardIndexFor(anchor, row->tts_values[column], row->tts_isnull[column], hash);
    for (int i = 0; i < tasks.count; i++)
        if (tasks.tasks[i].group_id == anchor.shard_groups[shard]) return i;
    elog(ERROR, "no task answers for shard %d of table \"%s\"", shard,
         get_rel_name(anchor.relation));
}

TupleTableSlot* NextRow(PlanState* child) {
    CHECK_FOR_INTERRUPTS();
    // What the child makes (a sort, a hash table) may outlive this run of the scan.
    const MemoryContext outer = MemoryContextSwitchTo(child->state->es_query_cxt);
    TupleTableSlot* row = ExecProcNode(child);
    MemoryContextSwitchTo(outer);
    if (TupIsNull(row)) return nullptr;
    slot_getallattrs(row);
    return row;
}

// A set of its own for each task, so far with the same values.
ParameterSet* GiveOwnParameters(TaskList* tasks, const ParameterSet& common) {
    auto* sets = static_cast<ParameterSet*>(palloc(sizeof(ParameterSet) * tasks->count));
    const size_t n = common.count;
    for (int i = 0; i < tasks->count; i++) {
        auto* own = new (&sets[i]) ParameterSet(common);
        own->parameters = static_cast<Parameter*>(palloc(sizeof(Parameter) * n));
        std::copy_n(common.parameters, n, own->parameters);
        own->values = static_cast<const char**>(palloc(sizeof(char*) * n));
        own->lengths = static_cast<int*>(palloc(sizeof(int) * n));
        tasks->tasks[i].parameters = own;
    }
    return sets;
}

// One or more destinations, with the parameters of each.
struct Destinations {
    const plan::DistributedPlan& plan;
    const TaskList& tasks;
    ParameterSet* sets;
    int count;
};

// Rows for a node that has no task would be lost: nodes must agree on where shards lie. (The one
// task of a router plan needs its own rows alone.)
void CheckTakers(const Destinations& to, const plan::Shipment& shipment, const List* gatherings) {
    if (!IsRouted(to.plan, shipment)) return;
    for (const auto* gathering : pg::Each<Gathering>(gatherings)) {
        bool has_task = false;
        for (int i = 0; i < to.tasks.count; i++)
            has_task = has_task || to.tasks.tasks[i].group_id == gathering->group_id;
        if (!has_task)
            ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("a node keeps rows for group %d, which has no shards of table \"%s\"",
                           gathering->group_id, get_rel_name(to.plan.anchor)),
                    errhint("A shard may have been moved a moment ago; run the statement again."));
    }
}

// Has nodes keep the rows for each other, and tells each task where its own are.
void Exchange(const Destinations& to, const plan::Shipment& shipment, PlanState* child, int first) {
    const List* gatherings = RunScatter(child);
    CheckTakers(to, shipment, gatherings);
    for (int i = 0; i < to.count; i++) {
        Gathering own = {
            shipment.route_column >= 0 ? to.tasks.tasks[i].group_id : kEveryGroup, {}, 0};
        initStringInfo(&own.handles);
        for (const auto* gathering : pg::Each<Gathering>(gatherings))
            if (gathering->group_id == own.group_id) own = *gathering;
        // What is for all nodes is read by each of them.
        SetGathering(own, own.group_id != kEveryGroup, &to.sets[i].parameters[first]);
    }
}

void ShipRows(const Destinations& to, const plan::Shipment& shipment, PlanState* child, int first) {
    const bool routed = IsRouted(to.plan, shipment);
    const metadata::Table& anchor = RequireTable(to.plan.anchor);
    FmgrInfo hash = routed ? HashOf(anchor, shipment) : FmgrInfo{};
    const int copies = routed ? to.count : 1;
    auto* arrays = static_cast<Arrays*>(palloc(sizeof(Arrays) * copies));
    for (int i = 0; i < copies; i++) arrays[i] = MakeArrays(shipment);
    while (TupleTableSlot* row = NextRow(child))
        AddRow(shipment, row,
               &arrays[routed ? TaskOf(to.tasks, anchor, shipment.route_column, &hash, row) : 0]);
    for (int i = 0; i < to.count; i++) {
        if (routed || i == 0)
            SetArrays(shipment, arrays[i], first, &to.sets[i]);
        else
            std::copy_n(to.sets[0].parameters + first, list_length(shipment.types),
                        to.sets[i].parameters + first);
    }
}

bool RoutesAny(const plan::DistributedPlan& plan) {
    for (auto* shipment : pg::Each<plan::Shipment>(plan.shipments))
        if (IsRouted(plan, *shipment)) return true;
    return false;
}

}  // namespace

void Ship(const plan::DistributedPlan& plan, List* children, TaskList* tasks,
          ParameterSet* parameters) {
    Destinations to = {plan, *tasks, parameters, 1};
    if (RoutesAny(plan)) {
        to.sets = GiveOwnParameters(tasks, *parameters);
        to.count = tasks->count;
    }
    int first = 0;
    for (int i = 0; i < list_length(plan.shipments); i++) {
        const auto& shipment = *static_cast<plan::Shipment*>(list_nth(plan.shipments, i));
        auto* child = static_cast<PlanState*>(list_nth(children, i));
        if (shipment.is_exchange)
            Exchange(to, shipment, child, first);
        else
            ShipRows(to, shipment, child, first);
        first += list_length(shipment.types);
    }
    for (int i = 0; i < to.count; i++) EncodeParameters(&to.sets[i]);
}

void ExpectExchanged(const plan::DistributedPlan& plan, int takers, ParameterSet* parameters) {
    int first = 0;
    bool any = false;
    for (auto* shipment : pg::Each<plan::Shipment>(plan.shipments)) {
        if (shipment->is_exchange) {
            const bool routed = shipment->route_column >= 0;
            Gathering expected = {
                kEveryGroup, {}, static_cast<double>(shipment->rows) / (routed ? takers : 1)};
            initStringInfo(&expected.handles);
            SetGathering(expected, false, &parameters->parameters[first]);
            any = true;
        }
        first += list_length(shipment->types);
    }
    if (any) EncodeParameters(parameters);
}

}  // namespace pgspan::executor
