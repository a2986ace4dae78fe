#include "engine/planner/row_order.h"

#include "engine/pg/walk.h"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"
}

namespace pgspan::planner {

namespace {

bool HasCombineFunction(Oid aggregate) {
    const HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for aggregate %u", aggregate);
    const Oid function = reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple))->aggcombinefn;
    ReleaseSysCache(tuple);
    return OidIsValid(function);
}

// Not the aggregates that PostgreSQL itself would compute in parts, whatever the order of their
// rows.
bool DependsOnOrder(const Aggref* aggregate) {
    if (aggregate->aggorder || aggregate->aggdistinct) return false;
    switch (aggregate->aggfnoid) {  // in parts since PostgreSQL 16
    case F_ARRAY_AGG_ANYNONARRAY:
    case F_ARRAY_AGG_ANYARRAY:
    case F_STRING_AGG_TEXT_TEXT:
    case F_STRING_AGG_BYTEA_BYTEA:
        return true;
    default:
        return !HasCombineFunction(aggregate->aggfnoid);
    }
}

}  // namespace

bool ShowsOrderOfItsOnlySource(const Query* query) {
    if (query->commandType != CMD_SELECT || list_length(query->jointree->fromlist) != 1 ||
        !IsA(linitial(query->jointree->fromlist), RangeTblRef))
        return false;
    if (query->hasWindowFuncs) return true;
    if (!query->hasAggs) return !query->groupClause && !query->distinctClause && !query->sortClause;
    const auto sensitive = [](Node* node, auto&& descend) {
        if (IsA(node, Query)) return false;
        if (IsA(node, Aggref) && DependsOnOrder(reinterpret_cast<Aggref*>(node))) return true;
        return descend(node);
    };
    return pg::WalkNode(reinterpret_cast<Node*>(query->targetList), sensitive) ||
           pg::WalkNode(query->havingQual, sensitive);
}

}  // namespace pgspan::planner
