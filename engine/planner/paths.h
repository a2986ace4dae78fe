// Hooks into PostgreSQL's path generation: who makes paths for what.
#pragma once

namespace pgspan::planner {

// Called once from InstallHooks.
void InstallPathHooks();

}  // namespace pgspan::planner
