// Rows of a table that a statement has met, told by shard and ctid.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::executor {

struct RowSet;

// Lives in the current memory context.
RowSet* MakeRowSet();
// False if the row was there already.
bool AddToSet(RowSet* set, int shard, const ItemPointerData& row);

}  // namespace pgspan::executor
