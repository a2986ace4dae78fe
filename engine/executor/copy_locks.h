// Locking the copies of reference tables before a statement that writes them (plan/copy_use.h):
// on the first node, where conflicting writers queue, then on the others.
#pragma once

#include "engine/pg/postgres.h"
#include "engine/plan/copy_use.h"

namespace pgspan::executor {

// relations: OidList; uses: IntList of plan::CopyUse, one for each. What the transaction has
// locked already costs nothing.
void LockCopies(const List* relations, const List* uses);
void LockCopies(Oid relation, plan::CopyUse use);

}  // namespace pgspan::executor
