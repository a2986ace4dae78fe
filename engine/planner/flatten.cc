#include "engine/planner/flatten.h"

#include "engine/pg/join_aliases.h"
#include "engine/pg/list.h"
#include "engine/pg/walk.h"

namespace pgspan::planner {

using pg::Each;

void FlattenJoinAliases(Query* query) {
    bool has_joins = false;
    for (auto* rte : Each<RangeTblEntry>(query->rtable)) {
        if (rte->rtekind != RTE_JOIN) continue;
        has_joins = true;
        rte->alias = nullptr;
    }
    if (has_joins) {
        const auto flatten = [&](Node* node) {
            return node ? pg::FlattenJoinAliasVars(query, node) : nullptr;
        };
        const auto flatten_list = [&](List* list) {
            return reinterpret_cast<List*>(flatten(reinterpret_cast<Node*>(list)));
        };
        query->targetList = flatten_list(query->targetList);
        query->returningList = flatten_list(query->returningList);
        query->havingQual = flatten(query->havingQual);
        query->limitCount = flatten(query->limitCount);
        query->limitOffset = flatten(query->limitOffset);
        query->jointree =
            reinterpret_cast<FromExpr*>(flatten(reinterpret_cast<Node*>(query->jointree)));
        query->mergeActionList = flatten_list(query->mergeActionList);
        query->onConflict =
            reinterpret_cast<OnConflictExpr*>(flatten(reinterpret_cast<Node*>(query->onConflict)));
        for (auto* rte : Each<RangeTblEntry>(query->rtable)) {
            rte->functions = flatten_list(rte->functions);
            rte->values_lists = flatten_list(rte->values_lists);
            rte->tablefunc =
                reinterpret_cast<TableFunc*>(flatten(reinterpret_cast<Node*>(rte->tablefunc)));
            if (rte->rtekind == RTE_SUBQUERY && rte->lateral)
                rte->subquery = castNode(Query, flatten(reinterpret_cast<Node*>(rte->subquery)));
        }
    }
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (!IsA(node, Query) || node == reinterpret_cast<Node*>(query)) return descend(node);
            FlattenJoinAliases(reinterpret_cast<Query*>(node));
            return false;
        },
        QTW_IGNORE_JOINALIASES);
}

}  // namespace pgspan::planner
