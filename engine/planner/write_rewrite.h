// The parts that the rewriting of UPDATE, DELETE, INSERT and MERGE for the general way has in
// common. Used by general_write.cc and merge_write.cc only.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"
#include "engine/plan/modify_plan.h"
#include "engine/planner/target_read.h"
#include "engine/planner/upper_level.h"
#include "engine/trigger/matching.h"

namespace pgspan::planner {

struct WriteRewrite {
    // below: the level whose rows are written.
    WriteRewrite(Query* write, const metadata::Table& target_table, Query* below);

    Query* query;
    const metadata::Table* table;
    plan::ModifyPlan* plan;
    TargetRead* target;
    Query* upper_below;
    UpperLevel* upper;  // over upper_below
    UpperLevel* lower;  // MERGE: the join's level, over which upper_below stands; else nullptr
    List* insert_attributes;     // of a plain INSERT (rows that move, MERGE)
    trigger::Matching triggers;  // of all that the write does
    List* late_checks;  // of WithCheckOption*: of rows as they have become (new_row_checks.h)
};

// The target's column before the write, as a column of the level whose rows are written.
Expr* OldValue(WriteRewrite* write, AttrNumber attribute);
// Where the row is: its ctid and distribution column or primary key.
void AddIdentity(WriteRewrite* write);
// Entries that values refer to, but that are no columns.
void AddJunk(Query* level, List* expressions);
// RETURNING above, the marker, the CTEs. complete_below: called when all columns are known.
Query* FinishRewrite(WriteRewrite* write, void (*complete)(void*), void* context);

template <typename Complete>
Query* FinishRewrite(WriteRewrite* write, Complete&& complete) {
    using Function = std::remove_reference_t<Complete>;
    return FinishRewrite(
        write, [](void* context) { (*static_cast<Function*>(context))(); },
        const_cast<void*>(static_cast<const void*>(&complete)));
}

// The attributes of the table that hold values of their own: not dropped, not generated. IntList.
List* StoredAttributes(Oid relation);
// Rows that move to another shard are deleted and inserted: other rows must not follow them. The
// foreign key that would make them; nullptr if there is none.
const char* CascadingKey(const metadata::Table& table);
// Raises 0A000 if there is one.
void RefuseCascades(const metadata::Table& table);

}  // namespace pgspan::planner
