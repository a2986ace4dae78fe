// From a Query that the nodes run to the CustomScan that runs it.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/plan/distributed_plan.h"
#include "engine/planner/shape.h"

namespace pgspan::planner {

// Order in which the nodes return rows, for a merge; columns are 1-based positions in the remote
// target list.
struct RunOrder {
    List* columns = NIL;
    List* operators = NIL;
    List* collations = NIL;
    List* nulls_first = NIL;
};

// The plan for `remote` (changed; over shells, flattened) whose FROM has the given shape: a router
// task if it is pinned, else a fan-out. partial: its aggregates are to return their transition
// states; result_types then tells what they are. shipments: of plan::Shipment*, whose columns
// `remote` names as its first parameters.
plan::DistributedPlan MakeDistributedPlan(Query* remote, const Shape& shape, bool partial,
                                          const RunOrder& order, List* shipments = NIL);

// Fills result_types and so on from the expressions of a target list (junk left out).
void SetResultTypes(plan::DistributedPlan* plan, const List* expressions);

// A finished CustomScan for a plan whose rows are the result of the whole statement (no planner
// state needed).
CustomScan* MakeTopScan(const plan::DistributedPlan& plan, const List* target_list);

// The PlannedStmt of a statement that `top` runs as a whole: permissions and locks are those of the
// query's relations.
PlannedStmt* MakeStatement(Query* query, Plan* top);

// Appends the relations of every level of the query to `checked`: a query that only holds the range
// table of what AddCheckedRelations is to be given.
void CollectRelations(Query* query, Query* checked);
// Appends relations whose permissions are checked at execution and on which the plan depends.
void AddCheckedRelations(PlannedStmt* statement, const Query* checked);

// What the executor needs of an entry: everything but the parts that only planning looks at.
RangeTblEntry* FlatEntry(const RangeTblEntry* rte);

}  // namespace pgspan::planner
