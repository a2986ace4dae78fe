// MERGE with a distributed or reference table as its target, in the general way: the source is
// joined with the target's rows (locked), each row of the join chooses its action, and the action's
// values are computed.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"
#include "engine/planner/upper_level.h"

namespace pgspan::planner {

// Rows that an INSERT … ON CONFLICT has inserted or found (conflict_write.h), in place of a join:
// what they return begins with ctid and the table's columns.
struct TriedRows {
    Query* rows;
    AttrNumber was_there;    // their column that is false in a row that was inserted
    VarReplacement replace;  // for Vars that are not the target's
    void* context;
};

// The MERGE as a SELECT over a modify scan (see general_write.h). tried: nullptr for a MERGE of the
// user's.
Query* RewriteMerge(Query* query, const metadata::Table& table, const TriedRows* tried);

}  // namespace pgspan::planner
