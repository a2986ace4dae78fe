// What the nodes can compute of a join, while PostgreSQL's planner looks for the best order of
// joins.
//
// A RemotePart hangs at a RelOptInfo (a base relation or a join) beside its paths and says how the
// nodes would compute that relation. It is a tree:
//
//   table     a distributed or reference table with the filters that hold over it
//   query     a query that the nodes run as it stands (a remote relation, a pushed sub-query)
//   shipment  rows that some other path computes here and that travel to the nodes as arrays: to
//   all of
//             them (broadcast), or each row to the node of its key (routed, which makes them
//             colocated)
//   exchange  rows of another part, which its nodes hand to the others without this one: broadcast
//             or routed, too
//   join      an inner, semi or anti join of two parts
//
// A part is replicated or distributed as a Shape is (shape.h); its keys are Vars of the level that
// is being planned. Parts are never changed once made; they live in the planner's memory.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/planner/shape.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

struct RemotePart {
    enum class Kind { kTable, kQuery, kShipment, kExchange, kJoin };
    Kind kind = Kind::kTable;
    Shape shape;
    Relids relids = nullptr;
    double rows = 0;  // of all nodes together; of a join by several columns more than PostgreSQL
                      // expects, which takes these for independent of each other
    double expected_rows = 0;  // what PostgreSQL expects
    double width = 0;
    Cost cost = 0;  // until the rows are there on the nodes, everything before included

    // kTable, kQuery:
    RelOptInfo* relation = nullptr;
    RangeTblEntry* entry = nullptr;  // kTable
    List* quals = NIL;               // Exprs of the level; for kJoin the conditions of the join
    Query* query = nullptr;          // kQuery: its target list is the columns
    List* columns = NIL;             // kQuery: Vars of the level, one for each column of the query
    PlannerInfo* inside = nullptr;   // kQuery: how PostgreSQL would plan it, where that is known
    // kShipment, kExchange:
    Path* source = nullptr;            // computes the rows here, or has nodes keep them
    List* sent = NIL;                  // Exprs of the level: the columns
    Expr* route = nullptr;             // of the level, among these; nullptr: broadcast
    const RemotePart* kept = nullptr;  // kExchange: the part whose rows they are
    // kJoin:
    JoinType join_type = JOIN_INNER;
    const RemotePart* left = nullptr;
    const RemotePart* right = nullptr;
};

// The parts of a relation: List of RemotePart*, one for each colocation group at most.
List* PartsOf(const RelOptInfo* relation);
// Keeps the part if there is none of its colocation group that costs less; true if it was kept.
bool KeepPart(RelOptInfo* relation, RemotePart* part);

// True if the nodes can evaluate the expression of the level (no sub-plans, placeholders, system
// columns, functions that are bound to the session).
bool CanRunRemotely(PlannerInfo* root, Node* expression);
// The same for all clauses of a List of RestrictInfos.
bool ClausesCanRunRemotely(PlannerInfo* root, const List* restrictions);

// Above a semi join its inner columns are named only where they are known to equal outer ones: the
// Var among the outer relations to which one of the conditions (Exprs) equates `inner`, or nullptr.
Var* OuterEqualOf(const List* conditions, const Var* inner, Relids outer);

// The part of a distributed or reference table; nullptr if not all its filters can run on the
// nodes.
RemotePart* MakeTablePart(PlannerInfo* root, RelOptInfo* relation, RangeTblEntry* entry);
// The part of a relation whose rows are those of `query`, column by column those of `columns`.
// Filters over it travel along; nullptr if they cannot. cost: of the query on the nodes. inside:
// see RemotePart.
RemotePart* MakeQueryPart(PlannerInfo* root, RelOptInfo* relation, Query* query, const Shape& shape,
                          List* columns, Cost cost, PlannerInfo* inside = nullptr);
// The rows of a relation's cheapest path sent to the nodes of `destination`; nullptr if they cannot
// travel or are too many. route: nullptr or the expression that is hashed.
RemotePart* MakeShipment(RelOptInfo* relation, const Shape& destination, Expr* route);
// The rows of a part of a relation handed to the nodes of `destination` by those that compute them;
// nullptr if they cannot travel. route: as above. Its source is made by whoever uses it.
RemotePart* MakeExchange(RelOptInfo* relation, const RemotePart* part, const Shape& destination,
                         Expr* route);
// The join of two parts; nullptr if the nodes cannot compute it. restrictions: RestrictInfos.
RemotePart* JoinParts(const RelOptInfo* join, JoinType type, const RemotePart* left,
                      const RemotePart* right, const List* restrictions);

}  // namespace pgspan::planner
