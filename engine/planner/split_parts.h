// What the parts of a split write (split_write.h) are made of: CTEs of one statement, each the same
// command over another table of the tree. Used by split_write.cc, split_moves.cc and
// split_merge.cc only.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// A write that is being split, and the CTEs that it becomes.
struct Split {
    const Query* query;
    CmdType command;          // what the parts are to the statement's triggers
    const List* distributed;  // OIDs: the distributed tables of the tree, below the target
    bool is_top;              // else the query of a CTE, beside which the parts stand
    bool counts;
    int* names;       // how many names were given in the statement
    List* ctes;       // of CommonTableExpr, in the order in which they read each other
    List* returning;  // of CommonTableExpr: those of them that return the write's rows, in order
    List* carried;    // of Var: what RETURNING needs of other tables; columns of the rows that
                      // INSERTs read, after those of the target
};

// The part of a write that changes the rows of one table of the tree; nullptr for none.
using MakePart = Query* (*)(const Split* split);

const RangeTblEntry* TargetEntryOf(const Query* query);
[[noreturn]] void RefuseSplit(const Query* query, const char* what, const char* detail);

// ---- CTEs

CommonTableExpr* AddCte(Split* split, Query* query);
// SELECT of the CTE's columns from number `first` (from 1) on, `count` of them. levels_up: from the
// SELECT to the query that has the CTE.
Query* SelectFrom(CommonTableExpr* cte, int first, int count, Index levels_up);
// The same columns, as a target list over the SELECT's only entry.
List* ColumnsOf(const CommonTableExpr* cte, int first, int count);
// The rows of the CTEs, one after another.
Query* UnionOf(const List* ctes, Index levels_up);
// Puts what FROM computes by volatile functions into CTEs, since every part reads it.
void ShareVolatileSources(Split* split);

// ---- Parts

// A copy of the write, to stand in a CTE.
Query* CopyForPart(const Split* split);
// Points the part at a table of the tree and marks it as one.
void PointAt(const Split* split, Query* part, Oid member, bool may_leave = false);
// Points the part at all that is local in the tree. The triggers of the statement fire for it.
// departs: as TreePart has it.
void PointAtLocal(const Split* split, Query* part, bool departs = false);
// The part's rows are RETURNING's, and count.
void AddPart(Split* split, Query* part);
// The same ahead of all others: with it fire the triggers BEFORE STATEMENT.
void AddLocalPart(Split* split, Query* part);
// The part for each table of the tree.
void AddMemberParts(Split* split, MakePart make);

// ---- INSERT

// The INSERT (the write's target, RETURNING and ON CONFLICT) with the rows of the CTE, as far as
// they belong to it, in place of its own source.
Query* InsertFrom(const Split* split, CommonTableExpr* rows);
// The INSERTs of the rows, each into the distributed table to which they belong, the others here.
void InsertRows(Split* split, CommonTableExpr* rows);

// ---- Commands

// True if rows of the UPDATE may have to go to other tables of the tree.
bool MayMove(const Query* update, const List* distributed);
// The parts of an UPDATE or MERGE by which rows move. Raises 0A000 for what cannot be moved.
void SplitMoving(Split* split, MakePart make);
void SplitMerge(Split* split);

}  // namespace pgspan::planner
