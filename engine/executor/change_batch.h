// Rows to be updated or deleted, gathered by shard and sent in batches: one statement a shard and
// batch, with where the rows are and their new values as arrays.
//
//   UPDATE pgspan_data.t_102008 AS t SET a = s.c2
//   FROM ROWS FROM (unnest($1), unnest($2)) WITH ORDINALITY AS s(c1, c2, n)
//   WHERE t.ctid = s.c1 RETURNING s.n, t.…
//
// Copies of a reference table take the same statement with the primary key in place of ctid.
// Memory is bounded by kChangeBatchRows rows or kChangeBatchBytes.
#pragma once

#include "engine/executor/insert_columns.h"
#include "engine/executor/task_stream.h"
#include "engine/plan/modify_plan.h"

namespace pgspan::executor {

inline constexpr int kChangeBatchRows = 10000;
inline constexpr size_t kChangeBatchBytes = 8UL * 1024 * 1024;

struct ChangeBatch;

// Receives a row that was changed: its tuple as the child returned it, and the returned attributes
// as they are now. In the current memory context, valid until it returns.
using ChangedRow = void (*)(void* context, TupleTableSlot* child, const Datum* values,
                            const bool* nulls);

struct ChangeTarget {
    const plan::ModifyPlan* plan;
    bool deletes;          // else it updates
    bool departs;          // it deletes what is inserted elsewhere: foreign keys do not act on it
    TupleDesc child_desc;  // of the child's rows
    ChangedRow changed;    // nullptr: only the count matters
    void* context;
    List* returned;  // IntList: attributes to return
};

// Lives in the current memory context.
ChangeBatch* MakeChangeBatch(const ChangeTarget& target);
// child: the row as the child plan returned it; copied.
void AddChange(ChangeBatch* batch, int shard, TupleTableSlot* child);
// Sends what was added so far.
void SendChanges(ChangeBatch* batch);
// Sends the rest; returns the rows changed in all. A row that an earlier part of the statement has
// changed is left alone, like one in PostgreSQL.
uint64 FinishChanges(ChangeBatch* batch);

// The statement, naming the container. palloc'd.
char* ChangeSql(const plan::ModifyPlan& plan, bool deletes, const List* returned, bool numbered);

}  // namespace pgspan::executor
