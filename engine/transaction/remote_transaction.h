// Remote parts of the current transaction. BEGIN (with the local isolation level, READ ONLY and
// DEFERRABLE) and SAVEPOINTs are queued lazily, when a connection is used; they travel with its
// first statement. At the end of the local transaction:
//
//   - nothing written remotely: nothing
//   - the only statement wrote on one node and returned no rows: it has committed there as it ended
//     (whole_transaction.h), nothing
//   - one remote node wrote, and nothing was written here: COMMIT there, before the local commit
//   - several did, and nothing was written here: PREPARE TRANSACTION on all but one, COMMIT with a
//   row
//     in pgspan.decision on that one, the local commit, COMMIT PREPARED
//   - otherwise: PREPARE TRANSACTION wherever it wrote, a row in pgspan.commit_record for each, the
//     local commit, COMMIT PREPARED
//
// A statement that is the whole transaction is sent together with PREPARE TRANSACTION. SERIALIZABLE
// always takes the last way where it wrote. Parts that only read end by COMMIT, which
// is not awaited (SERIALIZABLE: awaited before anything is prepared, because it can fail).
//
// At the user's PREPARE TRANSACTION every part is prepared, and recorded as in the last way; the
// record becomes valid by the user's COMMIT PREPARED (prepared_parts.h).
//
// ROLLBACK and savepoint ends travel too; the ROLLBACK TO of a savepoint since which something was
// written or locked is sent at once. Whatever cannot be finished then is finished by Recover.
// Developer setting pgspan.fault_point = 'name' makes the backend SIGKILL itself at:
// 'before_prepare', 'after_prepare_one', 'after_prepare', 'after_decision', 'before_local_commit',
// 'after_local_commit', 'after_commit_prepared_one', 'before_remote_commit'.
#pragma once

#include "engine/connection/connection.h"

namespace pgspan::transaction {

enum class Access {
    kRead,
    kHold,  // reads, and leaves something on the node that lasts as long as the transaction
    kWrite,
};

// Makes the connection part of the current transaction as far as needed: a read outside a
// transaction block needs no BEGIN. Queues BEGIN and SAVEPOINTs; cheap when nothing is due.
void Join(connection::Connection* connection, Access access);

// True if the current statement runs in a transaction block or function, so that remote reads must
// share a transaction.
bool InTransactionBlock();

// True if some node takes part in the current transaction.
bool HasJoined();

// A temporary statement that must not be part of a transaction (VACUUM) uses
// connection::OpenOutside instead.

// Registers transaction and subtransaction callbacks; called once from _PG_init.
void Initialize();
void DefineSettings();

}  // namespace pgspan::transaction
