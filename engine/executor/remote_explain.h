// EXPLAIN of one task, asked from where it runs, and its text set into the EXPLAIN of the whole.
#pragma once

#include "engine/executor/parameters.h"
#include "engine/executor/tasks.h"

extern "C" {
#include "commands/explain.h"
}

namespace pgspan::executor {

// Adds the group "Remote Plan": the plan of the task under the same options. analyze: the task is
// really run (so it must not write). Raises what the node raises.
void AddRemotePlan(const Task& task, const ParameterSet& parameters, bool analyze,
                   ExplainState* es);

}  // namespace pgspan::executor
