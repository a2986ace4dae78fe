// MERGE as the query trees of every version describe it.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::pg {

// Which rows of the join of source and target an action is for.
enum class MergeMatch { kMatched, kNotMatchedBySource, kNotMatchedByTarget };

inline MergeMatch MatchOf(const MergeAction* action) {
#if PG_VERSION_NUM >= 170000
    switch (action->matchKind) {
    case MERGE_WHEN_MATCHED:
        return MergeMatch::kMatched;
    case MERGE_WHEN_NOT_MATCHED_BY_SOURCE:
        return MergeMatch::kNotMatchedBySource;
    case MERGE_WHEN_NOT_MATCHED_BY_TARGET:
        break;
    }
    return MergeMatch::kNotMatchedByTarget;
#else
    return action->matched ? MergeMatch::kMatched : MergeMatch::kNotMatchedByTarget;
#endif
}

inline MergeAction* MakeMatchedAction(CmdType command) {
    auto* action = makeNode(MergeAction);
#if PG_VERSION_NUM >= 170000
    action->matchKind = MERGE_WHEN_MATCHED;
#else
    action->matched = true;
#endif
    action->commandType = command;
    return action;
}

// The condition of ON.
inline Node* MergeCondition(const Query* query) {
#if PG_VERSION_NUM >= 170000
    return query->mergeJoinCondition;
#else
    return query->jointree->quals;
#endif
}

// Replaces the condition of ON where it does not stand in the FROM clause, which has others as
// well.
template <typename Map>
void MapMergeCondition([[maybe_unused]] Query* query, [[maybe_unused]] Map&& map) {
#if PG_VERSION_NUM >= 170000
    query->mergeJoinCondition = map(query->mergeJoinCondition);
#endif
}

// A MERGE that has lost its WHEN NOT MATCHED actions.
inline void JoinMatchesOnly([[maybe_unused]] Query* query) {
#if PG_VERSION_NUM < 170000
    query->mergeUseOuterJoin = false;
#endif
}

// The MERGE becomes a command without actions.
inline void LeaveMerge(Query* query, CmdType command) {
    query->commandType = command;
    query->mergeActionList = NIL;
#if PG_VERSION_NUM >= 170000
    query->mergeJoinCondition = nullptr;
#else
    query->mergeUseOuterJoin = false;
#endif
}

// Tells the planner that an outer join may make this Var NULL.
inline void MarkNullable(Var* var, int join_index) {
#if PG_VERSION_NUM >= 160000
    var->varnullingrels = bms_add_member(var->varnullingrels, join_index);
#else
    (void)var;
    (void)join_index;
#endif
}

}  // namespace pgspan::pg
