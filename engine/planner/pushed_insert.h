// INSERT … SELECT inside a colocation group, which the nodes run as it stands. Called by PlanInsert
// only.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

extern "C" {
#include "nodes/plannodes.h"
}

namespace pgspan::planner {

// source: the entry that it takes its rows from. nullptr if the nodes cannot run it.
PlannedStmt* PlanPushedInsert(Query* query, const metadata::Table& table,
                              const RangeTblEntry* source);

}  // namespace pgspan::planner
