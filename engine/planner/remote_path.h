// A path whose rows the nodes compute, and its plan: a remote scan. Made by whatever offers
// PostgreSQL's planner such paths.
#pragma once

#include "engine/planner/remote_part.h"
#include "engine/planner/scan_plan.h"

namespace pgspan::planner {

// What a CustomPath of ours stands for; hangs in its custom_private.
struct RemotePath {
    Query* query;  // what the nodes run; nullptr: part's query, made with the plan
    const RemotePart* part;
    Shape shape;
    List* scan_target;  // exprs, in terms of the level being planned, of the remote query's columns
    List* attributes;   // general way: IntList of the shell's attributes, instead of scan_target
    List* shipments;    // of const RemotePart*, whose rows the query reads; custom_paths are theirs
    const RemotePart* exchange;  // the rows are kept for other nodes, as this one says
    bool partial;
    bool is_filtered;  // the nodes have applied the relation's filters, whose columns may be gone
    List* pushed;      // the RestrictInfos of the relation that the nodes apply
    RunOrder order;
};

// What a path asks of the nodes: the costs on one node that held all, and the rows that they send.
struct NodeWork {
    Cost startup;
    Cost total;
    double rows;
};

// nullptr if the path is none of ours.
const RemotePath* RemotePathOf(const Path* path);
// A path for rows of `target` that the nodes send, which they have computed at `cost`.
CustomPath* MakeRemotePath(RelOptInfo* rel, PathTarget* target, const RemotePath& info, double rows,
                           Cost cost);
// The same, with costs for the work of all nodes of the shape.
CustomPath* MakeRemotePath(RelOptInfo* rel, PathTarget* target, const RemotePath& info, double rows,
                           const NodeWork& work);
// Adds the path, and drops all others of the relation.
void OnlyPath(RelOptInfo* rel, Path* path);

}  // namespace pgspan::planner
