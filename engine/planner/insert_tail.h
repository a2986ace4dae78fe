// What follows the rows of an INSERT: ON CONFLICT and RETURNING; and the checks of new rows.
// Whether nodes can compute it, and how it names the container.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Why ON CONFLICT (RETURNING, the checks of new rows) cannot be computed on the nodes; nullptr if
// it can.
const char* WhyConflictDoesNotFit(const Query* query);
const char* WhyReturningDoesNotFit(const Query* query);
const char* WhyNewRowsDoNotFit(const Query* query);
// The first of these.
const char* WhyTailDoesNotFit(const Query* query);

// Whole rows in ON CONFLICT DO UPDATE as rows of their columns: those of the table where it lies
// are of another type.
void NameConflictRows(Query* insert);

// ON CONFLICT by the container's constraint and unique index in place of the shell's. Raises if
// there is none.
void PointConflictAtContainer(Query* insert, const metadata::Table& table);

// True if ON CONFLICT DO UPDATE may move the row to another shard.
bool AssignsKeyOnConflict(const Query* query, const metadata::Table& table);

}  // namespace pgspan::planner
