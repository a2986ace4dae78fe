#include "engine/planner/outer_rows.h"

#include "engine/pg/list.h"
#include "engine/pg/walk.h"

namespace pgspan::planner {

namespace {

using pg::Each;

// A value of a row of an outer level, for which this level is computed anew.
bool IsOfOuterRow(const PlannerInfo* root, const Param* param) {
    if (param->paramkind != PARAM_EXEC) return false;
    for (const PlannerInfo* level = root->parent_root; level; level = level->parent_root)
        for (auto* supplied : Each<PlannerParamItem>(level->plan_params))
            if (supplied->paramId == param->paramid) return true;
    return false;
}

bool TakesValuesOfOuterRows(const PlannerInfo* root) {
    for (const PlannerInfo* level = root->parent_root; level; level = level->parent_root)
        if (level->plan_params != NIL) return true;
    return false;
}

bool NamesOuterRow(const PlannerInfo* root, const void* node) {
    return pg::WalkNode(static_cast<Node*>(const_cast<void*>(node)), [&](Node* part, auto&& next) {
        // Its plan may.
        if (IsA(part, SubPlan) || IsA(part, AlternativeSubPlan)) return true;
        return (IsA(part, Param) && IsOfOuterRow(root, reinterpret_cast<Param*>(part))) ||
               next(part);
    });
}

bool RestrictionsNameOuterRow(const PlannerInfo* root, const List* restrictions) {
    for (auto* restriction : Each<RestrictInfo>(restrictions))
        if (NamesOuterRow(root, restriction->clause)) return true;
    return false;
}

}  // namespace

bool DependsOnOuterRow(const PlannerInfo* root, const RelOptInfo* relation) {
    if (!TakesValuesOfOuterRows(root)) return false;
    int varno = -1;
    while ((varno = bms_next_member(relation->relids, varno)) >= 0) {
        const RelOptInfo* base = root->simple_rel_array[varno];
        if (!base) continue;
        const RangeTblEntry* entry = root->simple_rte_array[varno];
        if (RestrictionsNameOuterRow(root, base->baserestrictinfo) ||
            RestrictionsNameOuterRow(root, base->joininfo) ||
            NamesOuterRow(root, entry->functions) || NamesOuterRow(root, entry->values_lists) ||
            (base->subroot && NamesOuterRow(root, base->subroot->parse)))
            return true;
    }
    return false;
}

}  // namespace pgspan::planner
