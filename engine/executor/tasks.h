// From a plan to tasks: which node runs which SQL. Worked out from the metadata of the moment of
// execution.
#pragma once

#include "engine/plan/distributed_plan.h"

namespace pgspan::executor {

struct ParameterSet;

struct Task {
    int32 group_id;
    bool is_local;                             // this very node
    const char* sql;                           // its parameters are $1..$n
    const ParameterSet* parameters = nullptr;  // of this task alone; nullptr: those of all
};

struct TaskList {
    int count = 0;
    Task* tasks = nullptr;
};

// The one task of a router plan whose key hashes to shard_index.
TaskList MakeRouterTask(const plan::DistributedPlan& plan, const metadata::Table& anchor,
                        int shard_index);
// One task for each node that holds shards of the plan's colocation group.
TaskList MakeFanOutTasks(const plan::DistributedPlan& plan, const metadata::Table& anchor);
// The plan's SQL on every active node. The first task is to finish before the others start: it is
// the coordinator's, so that conflicting writers queue there, or this node's where the coordinator
// is not known.
TaskList MakeReferenceTasks(const char* sql);

// sql with each container of `relations` (OIDs of shells) replaced by its shard's own table. The
// text is kept for the session, so that the same statement for the same shard costs a look-up.
// palloc'd.
const char* FillRouterSql(const char* sql, const List* relations, int shard_index);

struct NameChange {
    const char* from;
    const char* to;
};

// The SQL of a task with other names (placement/sql_template.h), in memory of that context.
char* ChangeNames(MemoryContext context, const char* sql, const NameChange* changes, int count);

// The metadata of a table that a plan names; raises 42P01 if it is no longer distributed.
const metadata::Table& RequireTable(Oid relation);

}  // namespace pgspan::executor
