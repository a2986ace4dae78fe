// Triggers in the general way of writing: the rows that they need beside those that are written
// (plan::TriggerPlan). Used by planner.cc, insert.cc, general_write.cc, write_rewrite.cc and
// merge_write.cc.
#pragma once

#include "engine/planner/write_rewrite.h"

namespace pgspan::planner {

// The triggers for a command that the write gives its target: its own, an action of MERGE, or
// UPDATE by ON CONFLICT.
trigger::Matching TriggersFor(const Query* write, CmdType command);
// True if the INSERT fires triggers: then it goes the general way.
bool FiresTriggers(const Query* insert);

// The triggers of everything that the write does to its target. Fills what needs no columns.
trigger::Matching FindTriggers(const Query* write, plan::TriggerPlan* plan);

// The triggers for INSERT, of rows that a plan below inserts (plan::ConflictPart::kDecides).
void AddInsertTriggers(WriteRewrite* write);

// The table that is written.
Oid TargetOf(const Query* write);

// Gives the INSERT every column that a trigger may fill.
void FillUnassigned(Query* insert, Oid relation);
// Makes the UPDATE assign every column that a trigger may change.
void AddUnassigned(WriteRewrite* write);
// The columns of plan::TriggerPlan, once those that are assigned are known.
void AddTriggerRows(WriteRewrite* write);

// No UPDATE of a copy can assign the attribute: GENERATED ALWAYS AS IDENTITY.
bool IsFixed(const metadata::Table& table, int attribute);

}  // namespace pgspan::planner
