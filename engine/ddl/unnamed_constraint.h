// Constraints that a statement does not name. PostgreSQL names them by what else there is in the
// schema, which differs from node to node: the origin names them, and the other nodes are told by
// statements of their own. Private to this room.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::ddl {

// In place, on a receiving node: leaves out what the origin will name. The statement may be empty
// after it.
void StripUnnamedConstraints(AlterTableStmt* stmt);

// On the origin: what stood before the statement ran.
struct ConstraintsBefore {
    std::span<const Oid> constraints;
    List* names;  // char*
};
ConstraintsBefore NoteConstraints(Oid relation);

// ALTER TABLE … ADD CONSTRAINT for each constraint that the statement has made without naming it: a
// List of char*.
List* UnnamedConstraintDefinitions(Oid relation, const AlterTableStmt& stmt,
                                   const ConstraintsBefore& before);

}  // namespace pgspan::ddl
