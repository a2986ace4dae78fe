// INSERT … ON CONFLICT DO UPDATE whose update no node can compute: it moves the row, fires row
// triggers, or asks for what nodes cannot see. The rows are inserted by a statement that leaves
// those alone which are there already, but locks and returns them (plan::ConflictPart); what
// becomes of these is computed over that like the actions of a MERGE:
//
//   INSERT INTO t AS t VALUES … ON CONFLICT (k) DO UPDATE SET v = <set> WHERE <where>
//     → MERGE INTO t USING (INSERT INTO t VALUES … ON CONFLICT (k) DO UPDATE SET v = t.v
//                           RETURNING ctid, *, was it there, and what was proposed) AS tried
//       WHEN it was inserted THEN RETURNING and AFTER triggers
//       WHEN MATCHED AND <where> THEN UPDATE SET v = <set>
//
// Used by insert_write.cc only.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// True if the INSERT has such an ON CONFLICT DO UPDATE.
bool NeedsDecision(const Query* query, const metadata::Table& table);

// The INSERT as a SELECT over a modify scan (see general_write.h).
Query* RewriteDecidedConflict(Query* query, const metadata::Table& table);

// Makes DO UPDATE one that changes nothing.
void KeepRowThatIsThere(Query* query);

}  // namespace pgspan::planner
