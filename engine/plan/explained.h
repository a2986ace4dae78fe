// Tells the planner that EXPLAIN asks for the plan: it then shows estimates too of what it would
// send to one shard whatever the estimate, and which it does not make otherwise.
#pragma once

#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"

namespace pgspan::plan {

inline constinit int explained_depth = 0;

// Runs body in that state; errors pass through.
template <typename Body>
void Explained(Body&& body) {
    explained_depth++;
    ErrorData* error = pg::Capture(body);
    explained_depth--;
    if (error) ReThrowError(error);
}

}  // namespace pgspan::plan
