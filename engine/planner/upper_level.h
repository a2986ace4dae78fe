// A query level cut in two: what is computed below, and the level above that reads it as a
// sub-query. Expressions are moved above by Map, which makes the level below return the columns
// that they need.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/pg/walk.h"

namespace pgspan::planner {

class UpperLevel {
  public:
    // below: a SELECT whose target list this object fills.
    explicit UpperLevel(Query* below) : below_(below) {}

    // The column (1-based) of the level below that returns the expression; the same Var is returned
    // once. Kept by the planner even if nothing above names it.
    AttrNumber Add(Expr* expression);
    // The same, for an expression that is a column of its own whatever the others are.
    AttrNumber AddApart(Expr* expression);
    // A column of the level below as seen from above.
    [[nodiscard]] Var* Column(AttrNumber column, Index levels_up = 0) const;
    // The expression (over the FROM of the level below) as one of the level above.
    Node* Map(Node* expression);
    // The level above: a SELECT FROM the level below, with no target list yet. fenced: the planner
    // must not merge the two.
    [[nodiscard]] Query* Above(bool fenced) const;

  private:
    Query* below_;
};

// Replaces Vars of the level at which the expression stands, wherever they occur in it, by
// replace(var, levels_up), which returns a node for that depth.
using VarReplacement = Node* (*)(const Var* var, Index levels_up, void* context);
Node* ReplaceLevelVars(Node* node, VarReplacement replace, void* context);

template <typename Replace>
Node* MapLevelVars(Node* node, Replace&& replace) {
    using Function = std::remove_reference_t<Replace>;
    return ReplaceLevelVars(
        node,
        [](const Var* var, Index levels_up, void* context) {
            return (*static_cast<Function*>(context))(var, levels_up);
        },
        &replace);
}

// The same for a level itself, in place, sub-queries included.
void ReplaceVarsOfLevel(Query* level, VarReplacement replace, void* context);

// A row of the relation's type, its fields made by field(attribute).
using RowField = Node* (*)(AttrNumber attribute, void* context);
RowExpr* MakeRow(Oid relation, RowField field, void* context);

template <typename Field>
RowExpr* MakeRow(Oid relation, Field&& field) {
    using Function = std::remove_reference_t<Field>;
    return MakeRow(
        relation,
        [](AttrNumber attribute, void* context) {
            return (*static_cast<Function*>(context))(attribute);
        },
        const_cast<void*>(static_cast<const void*>(&field)));
}

// The query is put one level deeper, below the owner of its CTEs.
void DeepenCteReferences(Query* query);

}  // namespace pgspan::planner
