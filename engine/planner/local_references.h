// Foreign keys of local tables to distributed ones. PostgreSQL's own triggers check what is written
// to the local table, by queries that are planned like any other. What is written to the
// distributed table is written where no trigger can look at the local one.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Raises 0A000 if the query deletes rows of its target, a distributed table, or changes columns of
// it that a local table references.
void RefuseReferencedByLocal(const Query* query, const metadata::Table& table);

}  // namespace pgspan::planner
