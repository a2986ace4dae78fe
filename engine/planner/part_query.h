// From a RemotePart to the Query that the nodes run.
#pragma once

#include "engine/planner/remote_part.h"

namespace pgspan::planner {

// The query of a part without a target list, and what stands there for the expressions of the
// level.
struct PartQuery {
    Query* query = nullptr;
    Shape shape;            // of its FROM; keys are Vars of the query
    List* locals = NIL;     // Exprs of the level …
    List* remotes = NIL;    // … and of the query, in the same order
    List* shipments = NIL;  // of const RemotePart*: their parameters are $1, $2, … in this order
};

PartQuery MakePartQuery(PlannerInfo* root, const RemotePart* part);
// The shipments of a part, in the order in which MakePartQuery numbers their columns.
List* ShipmentsOf(const RemotePart* part);

// An expression of the level as one of the query; nullptr if the nodes cannot evaluate it.
Node* ToPartQuery(PlannerInfo* root, const PartQuery& part, Node* expression);

// Adds expressions of the level to the query's target list; false if one cannot run there.
bool AddPartTargets(PlannerInfo* root, PartQuery* part, const List* expressions);

}  // namespace pgspan::planner
