// Casts and default operator classes: no statement and no table names them, but they decide what
// expressions and comparisons of their types mean. So they are on every node that has the types: as
// soon as they are made (here), or with the first table that needs their types
// (required_objects.cc), and until they are dropped. Private to this room.
#pragma once

#include "engine/ddl/drop_watch.h"

namespace pgspan::ddl {

// How another node loses its own; nullptr for what is none, or comes with an extension.
char* DropCompanionStatement(Oid class_id, Oid object_id);
// What the statement has dropped here goes from the other nodes too.
void FollowDroppedCompanions(const DropWatch& watch);

}  // namespace pgspan::ddl
