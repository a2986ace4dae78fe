#include "engine/planner/unique_keys.h"

#include "engine/pg/list.h"
#include "engine/planner/hash_equality.h"

namespace pgspan::planner {

namespace {

using pg::Each;

constexpr int kAnyColumn = 0;

bool Names(const EquivalenceClass* equal, Index relation, int attribute) {
    for (auto* member : Each<EquivalenceMember>(equal->ec_members)) {
        auto* expr = StripRelabel(reinterpret_cast<Node*>(member->em_expr));
        if (!expr || !IsA(expr, Var)) continue;
        const auto* var = reinterpret_cast<Var*>(expr);
        if (var->varno == static_cast<int>(relation) &&
            (attribute == kAnyColumn || var->varattno == attribute))
            return true;
    }
    return false;
}

// What equates a column of the index with some column of the other relation; nullptr: nothing, or
// both are equal to a constant.
EquivalenceClass* ClassOf(PlannerInfo* root, const IndexOptInfo& index, int column,
                          const RelOptInfo* other) {
    for (auto* equal : Each<EquivalenceClass>(root->eq_classes))
        if (!equal->ec_has_volatile && !equal->ec_has_const &&
            list_member_oid(equal->ec_opfamilies, index.opfamily[column]) &&
            Names(equal, index.rel->relid, index.indexkeys[column]) &&
            Names(equal, other->relid, kAnyColumn))
            return equal;
    return nullptr;
}

ForeignKeyOptInfo* MakeReference(PlannerInfo* root, const IndexOptInfo& index,
                                 const RelOptInfo* from) {
    auto* reference = makeNode(ForeignKeyOptInfo);
    reference->con_relid = from->relid;
    reference->ref_relid = index.rel->relid;
    reference->nkeys = reference->nmatched_ec = index.nkeycolumns;
    for (int i = 0; i < index.nkeycolumns; i++) {
        reference->eclass[i] = ClassOf(root, index, i, from);
        if (!reference->eclass[i]) return nullptr;
    }
    return reference;
}

bool IsReferenced(PlannerInfo* root, const RelOptInfo* relation, const RelOptInfo* from) {
    for (auto* known : Each<ForeignKeyOptInfo>(root->fkey_list))
        if (known->con_relid == from->relid && known->ref_relid == relation->relid) return true;
    return false;
}

bool SaysMoreThanItsColumns(const IndexOptInfo& index) {
    if (!index.unique || !index.immediate || index.indpred != NIL || index.nkeycolumns < 2)
        return false;
    for (int i = 0; i < index.nkeycolumns; i++)
        if (index.indexkeys[i] <= 0) return false;
    return true;
}

}  // namespace

void UseUniqueKeys(PlannerInfo* root, const RelOptInfo* relation) {
    for (auto* index : Each<IndexOptInfo>(relation->indexlist)) {
        if (!SaysMoreThanItsColumns(*index)) continue;
        for (int i = 1; i < root->simple_rel_array_size; i++) {
            const RelOptInfo* other = root->simple_rel_array[i];
            if (!other || other == relation || other->reloptkind != RELOPT_BASEREL ||
                IsReferenced(root, relation, other))
                continue;
            if (ForeignKeyOptInfo* reference = MakeReference(root, *index, other))
                root->fkey_list = lappend(root->fkey_list, reference);
        }
    }
}

}  // namespace pgspan::planner
