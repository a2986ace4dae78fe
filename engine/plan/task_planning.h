// Tells the planner that what it plans is a part of a statement (a task) that runs on this very
// node: writes to reference tables are then meant for this node's copy alone. Sessions opened by
// other nodes are in that state throughout.
#pragma once

#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

namespace pgspan::plan {

inline constinit int task_planning_depth = 0;
// The text of the task that is being planned on this very node.
inline constinit const char* task_text = nullptr;

// Runs body (which parses, plans or revalidates a task's SQL) in that state; errors pass through.
template <typename Body>
void PlanAsTask(Body&& body) {
    task_planning_depth++;
    const char* outer_text = task_text;
    ErrorData* error = pg::Capture(body);
    task_text = outer_text;
    task_planning_depth--;
    if (error) ReThrowError(error);
}

}  // namespace pgspan::plan
