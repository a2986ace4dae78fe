// SQL for tasks: from a Query tree to the text and the parameters of a plan::DistributedPlan.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/plan/distributed_plan.h"

namespace pgspan::planner {

// Which constants travel as parameters, so that queries that differ in them share one prepared
// statement.
enum class Constants {
    kInline,      // none: the node's planner sees them (fan-out)
    kEqualities,  // those compared with a column by an equality, and those assigned by INSERT and
                  // UPDATE (router)
};

struct TaskSql {
    const char* sql;
    List* relations;        // shells whose containers are named
    List* parameters;       // Exprs
    List* parameter_types;  // OIDs
};

// Where a node-wide task says which shards it covers.
struct ShardSetMarker {
    Query* level;  // the level whose FROM names the distributed tables; nullptr: no marker (router)
    const metadata::Table* table;
    bool partial_aggregate;
};

// Turns the query (a private copy with flattened joins; changed) into SQL over containers.
// Parameters and expressions that can only be evaluated here (stable functions without columns)
// become parameters. arrays: types of parameters that the query names already, as $1, $2, …; the
// executor fills them.
TaskSql MakeTaskSql(Query* query, Constants constants, const ShardSetMarker& marker,
                    const List* arrays = NIL);

}  // namespace pgspan::planner
