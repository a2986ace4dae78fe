// The rows that an INSERT takes from its query. Called by whatever plans INSERTs.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// The entry that INSERT takes its rows from; nullptr for a single row of VALUES.
RangeTblEntry* SourceOf(const Query* query);

// The rows as a query of their own: what INSERT reads, in the order of the columns it fills.
Query* RowsQuery(const Query* query);

// Gives the INSERT a column to fill if it has none.
void EnsureOneColumn(Query* query, const metadata::Table& table);

}  // namespace pgspan::planner
