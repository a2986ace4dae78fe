// Which objects every node knows by the same name. OIDs differ between nodes, so that values which
// stand for objects (regclass and its kin) travel by name, and expressions that look OIDs or names
// up in the catalogs belong where the session is. Called by the planner, and by what sends values.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::metadata {

// Made by somebody, and not by an extension, which every node has.
bool IsPrivate(Oid class_id, Oid object_id);

// Whether a type exists on every node: built in, of an extension, or used by tables that all have.
bool TypeIsEverywhere(Oid type);

// Whether a value of one of the types of pg::NamesObjectsByOid means the same object on every node.
bool NameIsEverywhere(Oid type, Oid object);

// True if values of the type are, or have inside (as elements of arrays, columns of rows), such
// values.
bool HoldsNames(Oid type);

// Raises 0A000 if a value of a type of which HoldsNames is true has a name that some node may not
// know, or an OID that is no object's.
void RequireKnownNames(Oid type, Datum value);

}  // namespace pgspan::metadata
