#include "engine/planner/container_paths.h"

#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/planner/hash_equality.h"

extern "C" {
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
}

namespace pgspan::planner {

namespace {

using pg::Each;

// Finding the shard of one value.
constexpr double kHashesOfLookup = 10;

double TuplesOfShards(PlannerInfo* root, const RelOptInfo* rel) {
    double tuples = 0;
    for (auto* shard : Each<AppendRelInfo>(root->append_rel_list))
        if (shard->parent_relid == rel->relid)
            tuples += find_base_rel(root, static_cast<int>(shard->child_relid))->tuples;
    return tuples;
}

// True if one of the clauses tells the distribution column of each row that is looked up.
bool PinShard(const List* clauses, const RelOptInfo* rel, const metadata::Table& table) {
    const auto is_key = [&](Node* node) {
        node = StripRelabel(node);
        return IsA(node, Var) &&
               reinterpret_cast<Var*>(node)->varno == static_cast<int>(rel->relid) &&
               reinterpret_cast<Var*>(node)->varattno == table.distribution_column;
    };
    for (auto* restriction : Each<RestrictInfo>(clauses)) {
        Node* left = nullptr;
        Node* right = nullptr;
        if (!IsHashEquality(reinterpret_cast<Node*>(restriction->clause), table, &left, &right))
            continue;
        if ((is_key(left) &&
             !bms_is_member(static_cast<int>(rel->relid), restriction->right_relids)) ||
            (is_key(right) &&
             !bms_is_member(static_cast<int>(rel->relid), restriction->left_relids)))
            return true;
    }
    return false;
}

}  // namespace

void MendContainer(PlannerInfo* root, RelOptInfo* rel, const RangeTblEntry* rte) {
    if (!rte->inh || !metadata::ExtensionIsReady()) return;
    const metadata::Table* table = metadata::FindTableByContainer(rte->relid);
    if (!table) return;
    rel->tuples = std::max(TuplesOfShards(root, rel), rel->tuples);
    for (auto* path : Each<Path>(rel->pathlist)) {
        if (!IsA(path, AppendPath) || !path->param_info ||
            !PinShard(path->param_info->ppi_clauses, rel, *table))
            continue;
        const int shards = list_length(reinterpret_cast<AppendPath*>(path)->subpaths);
        path->total_cost = path->startup_cost +
                           (path->total_cost - path->startup_cost) / std::max(shards, 1) +
                           kHashesOfLookup * cpu_operator_cost;
    }
}

}  // namespace pgspan::planner
