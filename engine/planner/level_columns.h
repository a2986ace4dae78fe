// A level whose FROM and WHERE become a query of their own: the clauses above them name its columns
// instead of the relations that were there.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::planner {

// The columns of the new query, in the order in which they were asked for.
struct LevelColumns {
    List* vars = NIL;  // of Var, varlevelsup 0

    int ColumnOf(const Var* var);
};

// A copy in which Vars of the level, those in sub-queries included, are columns of the relation 1.
Node* ReplaceLevelVars(Node* node, LevelColumns* columns, Index depth = 0);

template <typename T>
T* ReplaceIn(T* node, LevelColumns* columns) {
    return reinterpret_cast<T*>(ReplaceLevelVars(reinterpret_cast<Node*>(node), columns));
}

// Replaces them in every clause of a query above FROM and WHERE.
void ReplaceInUpperClauses(Query* query, LevelColumns* columns);

// The target list that returns the columns, named c1, c2, …
List* TargetListOf(const LevelColumns& columns);

// True if a part of the query refers to a level above it: then it cannot run by itself.
bool DependsOnUpperLevels(Query* query);
// True if a hash-distributed table is named on any level.
bool NamesHashTable(Query* query);

}  // namespace pgspan::planner
