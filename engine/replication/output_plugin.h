// What subscribers get of this node. Logical decoding sees the shards, which nobody outside knows:
// this output plugin hands their changes to PostgreSQL's pgoutput as changes of the distributed
// table itself, on whose shell publications, row filters and column lists stand on every node as
// they would on one PostgreSQL. A subscriber subscribes to every node; each sends the rows that lie
// there, and the coordinator those of local and reference tables.
//
// Subscribers ask for the plugin `pgoutput`. They get this one because dynamic_library_path begins
// with a folder in which pgoutput.so is a link to this library.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::replication {

// Called once from _PG_init.
void Initialize();

// Raises 55000 if subscribers of this node would get PostgreSQL's own pgoutput, which does not know
// whose shards it sees: the link is missing, or somebody has set dynamic_library_path.
void RequireOutputPlugin();

}  // namespace pgspan::replication
