#include "engine/planner/array_statistics.h"

#include "engine/pg/column_statistics.h"
#include "engine/pg/list.h"

namespace pgspan::planner {

namespace {

// What was found out while the current statement is planned: the planner asks often.
struct Known {
    Known* next;
    const Const* array;
    HeapTuple statistics;
};

Known* known = nullptr;
MemoryContext known_in = nullptr;

void Forget(void*) {
    known = nullptr;
    known_in = nullptr;
}

// The array behind a column of unnest; nullptr if it is not known.
const Const* ArrayOf(const RangeTblEntry* rte, AttrNumber column) {
    if (rte->rtekind != RTE_FUNCTION || column <= 0 || column > list_length(rte->functions))
        return nullptr;
    for (auto* function : pg::Each<RangeTblFunction>(rte->functions))
        if (!IsA(function->funcexpr, FuncExpr) ||
            reinterpret_cast<FuncExpr*>(function->funcexpr)->funcid != F_UNNEST_ANYARRAY ||
            function->funccolcount != 1)
            return nullptr;
    const auto* function = static_cast<RangeTblFunction*>(list_nth(rte->functions, column - 1));
    const auto* argument =
        static_cast<Node*>(linitial(reinterpret_cast<FuncExpr*>(function->funcexpr)->args));
    if (!IsA(argument, Const) || reinterpret_cast<const Const*>(argument)->constisnull)
        return nullptr;
    return reinterpret_cast<const Const*>(argument);
}

HeapTuple Compute(const Const* constant) {
    ArrayType* array = DatumGetArrayTypeP(constant->constvalue);
    const Oid type = ARR_ELEMTYPE(array);
    int16 length = 0;
    bool by_value = false;
    char alignment = 0;
    get_typlenbyvalalign(type, &length, &by_value, &alignment);
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(array, type, length, by_value, alignment, &values, &nulls, &count);
    return pg::StatisticsOfValues(type, constant->constcollid, values, nulls, count);
}

HeapTuple StatisticsOf(PlannerInfo* root, const Const* array) {
    if (known_in != root->planner_cxt) known = nullptr;
    for (const Known* entry = known; entry; entry = entry->next)
        if (entry->array == array) return entry->statistics;
    const MemoryContext outer = MemoryContextSwitchTo(root->planner_cxt);
    auto* entry = static_cast<Known*>(palloc0(sizeof(Known)));
    entry->array = array;
    entry->statistics = Compute(array);
    if (known_in != root->planner_cxt) {
        auto* callback =
            static_cast<MemoryContextCallback*>(palloc0(sizeof(MemoryContextCallback)));
        callback->func = Forget;
        MemoryContextRegisterResetCallback(root->planner_cxt, callback);
        known_in = root->planner_cxt;
    }
    entry->next = known;
    known = entry;
    MemoryContextSwitchTo(outer);
    return entry->statistics;
}

void Keep(HeapTuple) {}

}  // namespace

bool FindArrayStatistics(PlannerInfo* root, const RangeTblEntry* rte, AttrNumber column,
                         VariableStatData* vardata) {
    const Const* array = ArrayOf(rte, column);
    if (!array) return false;
    vardata->statsTuple = StatisticsOf(root, array);
    vardata->freefunc = Keep;
    vardata->acl_ok = true;
    return true;
}

}  // namespace pgspan::planner
