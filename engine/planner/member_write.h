// One part of a write that is split over a tree of tables (split_write.h): the same command with
// another of the tree's tables as its target. Used by split_write.cc, and by row_locks.cc for reads
// that lock.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// Points the write, in place, from the table of its target at another one of its tree, ONLY it:
// columns by their names. No rights are checked for it: they are those on the table named.
void Retarget(Query* write, Oid member);
// Points a SELECT of one table, in place, from that table at another one of its tree, ONLY it.
void RetargetRead(Query* read, Oid member);

// The INSERT, in place, fills all columns of its target that hold values of their own: by NULL
// those that it leaves out, as PostgreSQL does for a partition, whatever default that has.
void FillColumns(Query* insert);
// Gives an INSERT that names no column one to fill.
void EnsureColumns(Query* insert);
// What the INSERT reads, as a SELECT of its own.
Query* InsertedRows(const Query* insert);

// Whether the row that an INSERT's target list (into root) makes belongs to the partition.
Node* BelongsTo(Oid partition, Oid root, const List* target_list);
// True if the UPDATE assigns a column that decides whether a row belongs to one of the partitions.
bool MayMoveRows(const Query* update, const List* partitions);

// What an UPDATE makes of a row: a target list into its table, of all columns that hold values of
// their own.
List* NewRow(const Query* update);

// True if foreign keys may reference a partitioned table of the tree.
bool IsReferencedTree(Oid root);
// The trigger of a foreign key that references a table of the tree and changes what references a
// row that moves, where BEFORE triggers may make it another row yet when it arrives; nullptr if
// there is none.
const char* KeyAgainstMoves(Oid root);

// OR of conditions.
Expr* AnyOf(List* conditions);

}  // namespace pgspan::planner
