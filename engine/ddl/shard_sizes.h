// How large the shards of tables are, asked of every node at once by a statement that reads only
// catalogs.
#pragma once

#include "engine/pg/column_statistics.h"
#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// The shards of one table on one node.
struct ShardSizes {
    Oid relation;  // the shell here
    int32 group_id;
    double pages;           // that there are
    double measured_pages;  // of shards that have been vacuumed or analyzed
    double tuples;          // that these hold, as far as VACUUM and ANALYZE know
    double visible_pages;
};

// List of ShardSizes*: for each of the tables (OIDs of shells) one for each node that has shards.
List* ReadShardSizes(const List* relations);
// Their rows: shards that were never measured are as dense as the others, or as their columns'
// types let expect.
double RowsIn(const ShardSizes& sizes, const List* all);
// The sums over all nodes.
pg::RelationSize SizeOf(Oid relation, const List* all);

}  // namespace pgspan::ddl
