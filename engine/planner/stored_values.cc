#include "engine/planner/stored_values.h"

#include "engine/pg/walk.h"
#include "engine/planner/safety.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
}

namespace pgspan::planner {

namespace {

bool LooksAtStorage(const Node* node) {
    if (!IsA(node, FuncExpr)) return false;
    const Oid function = reinterpret_cast<const FuncExpr*>(node)->funcid;
    return function == F_PG_COLUMN_SIZE || function == F_PG_COLUMN_COMPRESSION;
}

}  // namespace

List* CallsOnStoredValues(const Query* query) {
    List* found = NIL;
    // What is grouped comes out of groups, but for what aggregates take in.
    const bool groups = query->groupClause || query->groupingSets || query->hasAggs;
    const auto collect = [&](Node* node, bool reads_rows, auto&& again) -> void {
        pg::WalkNode(node, [&](Node* n, auto&& descend) {
            if (IsA(n, Query)) return false;
            if (IsA(n, Aggref) && !reads_rows) {
                again(reinterpret_cast<Node*>(reinterpret_cast<Aggref*>(n)->args), true, again);
                return false;
            }
            if (!reads_rows || !LooksAtStorage(n)) return descend(n);
            if (contain_vars_of_level(n, 0) && IsRemotable(n, query, nullptr))
                found = lappend(found, n);
            return false;
        });
    };
    collect(reinterpret_cast<Node*>(query->targetList), !groups, collect);
    collect(query->havingQual, !groups, collect);
    return found;
}

}  // namespace pgspan::planner
