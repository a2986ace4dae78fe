// Hooks into PostgreSQL's path generation; called once from InstallHooks.
#pragma once

namespace pgspan::planner {

void InstallPathHooks();

}  // namespace pgspan::planner
