// A remote relation: the part of a query that the nodes compute, as PostgreSQL's planner sees it
// while it plans the rest. It appears in the Query as a function range-table entry,
// pgspan.remote_rows(address), whose paths remote_relation_path.h supplies. Lives in the planner's
// memory context; the address never outlives planning.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/planner/shape.h"

namespace pgspan::planner {

struct Estimate;

struct RemoteRelation {
    Query* query;  // SELECT columns FROM … WHERE …, over shells; no other clauses
    Shape shape;   // of its FROM and WHERE; keys are Vars of query's level
    Estimate* estimate = nullptr;  // see EstimateOf
};

// True if column (1-based) of the relation is the distribution column.
bool IsKeyColumn(const RemoteRelation& relation, AttrNumber column);

// An expression over the relation's columns, Vars of `varno`, as one over its query's FROM; nullptr
// if it cannot run on the nodes.
Node* ToRemote(Node* node, const RemoteRelation& relation, Index varno);

// What lives in the planner's memory and is named by its address in a Query: a call of
// pgspan.remote_rows(address). Register makes the address known for as long as the current memory
// context lives; a call that a user wrote names nothing. PostgreSQL's planner leaves out or moves
// what is not volatile, as it does with the query that stood there.
RangeTblFunction* MakeMarker(void* object, bool is_volatile);
// Whether it is such a call, whatever it names.
bool IsMarker(const Node* call);
void* MarkedBy(const Node* call);
void Register(void* object);

// The range-table entry for it.
RangeTblEntry* MakeRemoteEntry(RemoteRelation* relation, const char* alias);
// nullptr if the entry is none of ours.
RemoteRelation* RemoteRelationOf(const RangeTblEntry* rte);
// The same for the entry's function call.
RemoteRelation* RemoteRelationOf(const Node* call);

// Replaces, on every level of the query, what can be pushed by remote relations. Distributed tables
// that remain are planned as scans of their own. Raises 0A000 for what cannot run that way.
// Precondition: flattened joins. checked receives the relations whose permissions must still be
// checked (CollectRelations in scan_plan.h).
void ReplaceByRemoteRelations(Query* query, Query* checked);

}  // namespace pgspan::planner
