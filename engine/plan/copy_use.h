// What a statement that runs on every copy of a reference table does with a reference table. Each
// copy has a lock of its own (pg/copy_lock.h), taken in the mode of the use before the statement's
// snapshot: then statements that could see each other's rows run one after the other, in the same
// order on every node. Without it, what has just been committed on the first node may not be seen
// on the next, where its COMMIT PREPARED is still under way.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "storage/lockdefs.h"
}

namespace pgspan::plan {

// A LOCKMODE. Inserts go on side by side, as keys are enforced on the first copy; reads too.
enum class CopyUse : int {
    kRead = ShareLock,
    kInsert = RowExclusiveLock,
    kChange = ExclusiveLock,  // looks at rows: UPDATE, DELETE, MERGE, ON CONFLICT
};

}  // namespace pgspan::plan
