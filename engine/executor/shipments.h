// Rows that child plans of a remote scan compute and that travel to the nodes with its tasks, as
// arrays: broadcast to all of them, or each row to the node that holds the shard of its key.
#pragma once

#include "engine/executor/parameters.h"
#include "engine/executor/tasks.h"
#include "engine/plan/distributed_plan.h"

namespace pgspan::executor {

// Runs every child (PlanStates, in the order of plan.shipments) to its end and sets the parameters
// of the tasks: *parameters for all, and those of a task where rows are routed. The other
// parameters of the set have been evaluated. What it allocates lives in the current memory context.
void Ship(const plan::DistributedPlan& plan, List* children, TaskList* tasks,
          ParameterSet* parameters);

// For EXPLAIN of tasks that have not run: the nodes plan for as many exchanged rows as the planner
// expects. takers: the number of tasks.
void ExpectExchanged(const plan::DistributedPlan& plan, int takers, ParameterSet* parameters);

}  // namespace pgspan::executor
