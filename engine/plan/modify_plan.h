// The general way of writing: a child plan computes on the coordinator, for every row to be
// changed, where it is and what becomes of it; the executor first reads all that, then sends it in
// batches to where the rows are.
//
//   UPDATE, DELETE   UPDATE <shard> AS t SET … FROM ROWS FROM (unnest($1), …) WITH ORDINALITY AS s
//                    WHERE t.ctid = s.k1 RETURNING s.n, t.…
//   INSERT           a plan::InsertPlan
//   MERGE            each row's action says which
//   INSERT … ON CONFLICT DO UPDATE that only the coordinator can decide: two plans, one over the
//                    other (ConflictPart)
//
// The child's read of the target locks its rows, so that they stay where they are until they are
// written. Copies of a reference table are found by primary key instead of ctid.
//
// Where triggers fire (room trigger), the child's rows hold the whole old and new row of the
// target; what BEFORE ROW triggers make of it is put in its place before it is sent.
//
// The scan's tuple is the child's, with the columns `returned_columns` overwritten by what the
// target's row has become. It delivers rows only for RETURNING.
#pragma once

#include "engine/plan/insert_plan.h"

namespace pgspan::plan {

// What happens to a row: the lowest two bits of MERGE's action column.
enum class RowAction : int { kNothing = 0, kUpdate = 1, kDelete = 2, kInsert = 3 };

constexpr RowAction RowActionOf(CmdType command) {
    switch (command) {
    case CMD_UPDATE:
        return RowAction::kUpdate;
    case CMD_DELETE:
        return RowAction::kDelete;
    case CMD_INSERT:
        return RowAction::kInsert;
    default:
        return RowAction::kNothing;
    }
}

// INSERT … ON CONFLICT DO UPDATE whose update no node can compute. One plan inserts, with an ON
// CONFLICT DO UPDATE that changes nothing: so PostgreSQL finds or makes each row, locks it and
// returns it, whoever else writes it. Its rows are those that were proposed beside those that are
// there. The plan above it, like MERGE, updates those that were there before.
enum class ConflictPart : int { kNone = 0, kTries = 1, kDecides = 2 };

// The triggers of the target. All columns are those of the child, counted from 1.
struct TriggerPlan {
    int commands;        // bits 1 << CmdType: whose triggers fire; 0 where there are none
    bool changes_rows;   // BEFORE ROW triggers may change what is written
    bool needs_outcome;  // each row that is inserted must be known: AFTER ROW, transition tables
    List* old_columns;   // IntList: by attribute, 0 for one that is dropped; NIL: no row is needed
    List* new_columns;   // IntList: the same; 0 where nothing is given
    List* updated_columns;   // IntList: attributes that UPDATE assigns, generated ones that follow
                             // included; offset by FirstLowInvalidHeapAttributeNumber
    List* fixed_attributes;  // IntList: identity columns, which no UPDATE can assign
    const char* anchoring_key;  // the foreign key that keeps rows from moving; nullptr: none
    Oid named;  // the table that the statement names, where this write is a part of one to its
                // tree (planner/split_write.h): its triggers of the statement fire elsewhere
    CmdType named_command;  // the statement's
    bool may_leave;         // a row that is not the table's any more leaves it: it is deleted, and
                            // returned as what it was to become
    bool returns_staying;   // the others are returned, too
};

// All columns are those of the child, counted from 1.
struct ModifyPlan {
    Oid relation;     // the shell, or the reference table
    CmdType command;  // CMD_INSERT, CMD_UPDATE, CMD_DELETE, CMD_MERGE
    bool counts;      // the rows changed are the statement's count; false: it runs to its end at
                      // the statement's, whoever reads it
    bool returns_rows;
    int action_column;     // MERGE and kDecides; else 0
    int row_column;        // ctid; 0 for INSERT
    List* key_columns;     // IntList: the distribution column, or a copy's primary key
    List* key_attributes;  // IntList: attribute numbers of those
    List* set_attributes;  // IntList: what UPDATE assigns
    List* set_columns;     // IntList: from where
    bool moves;            // UPDATE may assign the distribution column: then insert_columns give
                           // the whole new row
    List* insert_columns;  // IntList: parallel to insert.attributes
    List* tail_columns;    // IntList: parallel to insert.tail_parameters: the child's column whose
                           // value (the same in every row) the parameter takes; 0: evaluate it
    List* returned_attributes;  // IntList: attributes of the target's row as it has become
    List* returned_columns;     // IntList: where they go
    ConflictPart conflict;
    List* stored_columns;  // IntList, kDecides: parallel to returned_attributes: where they are in
                           // a row that was inserted
    bool returns_source;   // RETURNING of an INSERT names columns of the child, too
    bool inserts;
    InsertPlan insert;  // if it inserts
    TriggerPlan triggers;
};

inline constexpr const char* kModifyScanName = "pgspan modify scan";

// Everything but the expressions (insert.tail_parameters).
List* Encode(const ModifyPlan& plan);
List* CustomExpressions(const ModifyPlan& plan);
ModifyPlan DecodeModify(List* custom_private, List* custom_exprs);

}  // namespace pgspan::plan
