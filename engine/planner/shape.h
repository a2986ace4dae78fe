// The shape of a query: what of it can run on the nodes as it stands.
//
// Every part of a query (a range-table entry, a join, a level, a sublink) has one of three shapes:
//   replicated   the same on every node: reference tables, VALUES, functions without side effects
//   distributed  each node (each shard group even) computes its share from its own shards of ONE
//   colocation group;
//                the whole is the concatenation of the shares. `keys` are the Vars equal to the
//                distribution column. With a `pin` the whole comes from the one shard group to
//                which the pin's value hashes.
//   unpushable   anything else; `reason` says why
//
// A pin is an expression without Vars of its level (constant, parameter, stable function), or a Var
// of the level above that is a key there (a correlated subquery). Equalities are PostgreSQL's
// hash-compatible ones only.
#pragma once

#include "engine/metadata/tables.h"
#include "engine/pg/postgres.h"

namespace pgspan::planner {

struct Shape {
    enum class Kind { kReplicated, kDistributed, kUnpushable };
    Kind kind = Kind::kReplicated;
    const metadata::Table* anchor = nullptr;  // a table of the colocation group
    List* keys = NIL;                         // Vars of this level
    Expr* pin = nullptr;
    const char* reason = nullptr;

    [[nodiscard]] bool IsDistributed() const { return kind == Kind::kDistributed; }
    [[nodiscard]] bool IsReplicated() const { return kind == Kind::kReplicated; }
    [[nodiscard]] bool IsUnpushable() const { return kind == Kind::kUnpushable; }
    [[nodiscard]] bool IsPinned() const { return IsDistributed() && pin != nullptr; }
};

struct QueryShape {
    Shape from;         // FROM and WHERE
    Shape whole;        // the query's result; its keys are not used, key_columns is
    List* key_columns;  // IntList: result columns (resno) equal to the distribution column
};

// A query level inside its parents, for CTE references.
struct Level {
    Query* query;
    const Level* parent;
};

// Precondition of all: join aliases have been flattened (flatten.h).
QueryShape AnalyzeQuery(const Level& level);

// FROM and WHERE as the root of a remote relation: conjuncts of WHERE that cannot be pushed (or
// refer to the levels above) are put in *local_quals instead of making the level unpushable.
Shape AnalyzeFromAsRoot(const Level& level, List** local_quals);

// True if each node can evaluate the sub-query for its rows of a FROM of this level with the given
// shape.
bool NodesCanAnswer(const SubLink* sublink, const Shape& from, const Level& level);

Shape Unpushable(const char* reason);

// True if the Var is one of the shape's keys.
bool IsKey(const Shape& shape, const Var* var);

// True if two distributed shapes are of one colocation group.
bool SameGroup(const Shape& a, const Shape& b);

}  // namespace pgspan::planner
