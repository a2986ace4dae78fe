// UPDATE, DELETE and MERGE of local tables that read distributed ones: PostgreSQL's own
// ModifyTable, over reads of ours.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Puts each distributed table in FROM behind a sub-query, so that a row that was changed
// concurrently can be checked again with the rows that were read (PostgreSQL keeps whole rows of
// sub-queries, and only ctids of tables). Does nothing to INSERT.
void FenceDistributedTables(Query* query);

// The same for local tables with distributed ones below them, in a level that locks rows of others.
void FenceTrees(Query* level);

// The same for everything distributed that stands in sub-queries which the planner could merge into
// the level that writes. Called after ReplaceByRemoteRelations.
void FenceSubqueries(Query* query);

// The same for one such query and those inside it.
void FenceSubquery(Query* query);

}  // namespace pgspan::planner
