// Which types exist on every node: those that distributed and reference tables are made from. Types
// are not sent to other nodes before a table needs them. Called by the planner and by ddl.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

// True if a column of a distributed or reference table is of the type, or of an array or domain
// made from it. Looks at every such table until one is found.
bool TypeIsUsed(Oid type);

}  // namespace pgspan::metadata
