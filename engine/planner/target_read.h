// How the general way of writing reads the table that is written: a range-table entry in place of
// the table, whose rows are locked where they lie (FOR UPDATE, FOR NO KEY UPDATE), so that they
// neither move nor change until they are written.
//
//   distributed table   a remote relation
//   reference table     a sub-query over this node's copy
//
// The entry's columns are those that have been asked for, ctid first.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

class TargetRead {
  public:
    // query: the write; its resultRelation is the target.
    TargetRead(Query* query, const metadata::Table& table);

    static constexpr AttrNumber kRowColumn = 1;  // ctid

    // What stands for the target's attribute (whole row and tableoid too); 0A000 for other system
    // columns.
    Node* Attribute(const Var* var, Index levels_up);
    // ctid of the row.
    [[nodiscard]] Var* Row() const;
    // The expression with all references to the target replaced.
    Node* Map(Node* expression);
    // Conjuncts that only the target's rows decide; they are filtered where they lie. Returns the
    // others.
    List* TakeFilters(List* conjuncts);
    // From an outer join with this index the entry's columns may come as NULL.
    void SetNullableBy(int join_index) { nullable_by_ = join_index; }
    // The entry; call it last.
    RangeTblEntry* MakeEntry(LockClauseStrength strength);

  private:
    Node* Column(AttrNumber attribute, Index levels_up);
    Node* WholeRow(Index levels_up);
    // Conditions over the table as conditions over the entry's columns.
    List* MapGuards(List* guards);
    // Without its target list, which is Columns() at last.
    Query* MakeLockingQuery(LockClauseStrength strength);
    [[nodiscard]] List* Columns() const;
    RangeTblEntry* MakeRemote(Query* inner);

    Query* query_;
    const metadata::Table& table_;
    List* attributes_ = NIL;  // IntList: of the columns after ctid
    List* filters_ = NIL;
    const CurrentOfExpr* current_of_ = nullptr;  // of a distributed table
    int nullable_by_ = 0;
};

}  // namespace pgspan::planner
