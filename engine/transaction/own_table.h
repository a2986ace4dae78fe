// Tables of this extension that hold decisions, written without regard to the caller's rights.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::transaction {

// The relation pgspan.<name>; XX000 if there is none.
[[nodiscard]] Oid OwnRelation(const char* name);
// Inserts a row as a part of the current transaction; 23505 if its key is there.
void InsertIntoOwn(const char* name, Datum* values);

}  // namespace pgspan::transaction
