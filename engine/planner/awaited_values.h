// Filters of a remote relation that compare its columns with values which PostgreSQL computes once,
// before it asks for the relation's first row: those of sub-queries that refer to nothing outside
// (initplans). The nodes apply them, so that no other rows are locked or sent:
//
//   UPDATE jobs SET state = 'taken'
//   WHERE id = (SELECT id FROM jobs WHERE … ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
//
// Called by remote_relation_path.cc.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/planner/remote_relation.h"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pgspan::planner {

// Adds such filters of `rel`, which is the remote relation, to `remote`, a copy of the relation's
// query that is changed only by this. Returns the RestrictInfos that the nodes apply.
List* SendAwaitedFilters(PlannerInfo* root, const RelOptInfo* rel, const RemoteRelation& relation,
                         Query* remote);

}  // namespace pgspan::planner
