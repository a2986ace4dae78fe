// The table pgspan.commit_record: the decision over prepared transactions, by presence of a row.
// Read and written without regard to the caller's rights. Reads see everything that has been
// committed up to the call.
#pragma once

#include "engine/pg/postgres.h"

extern "C" {
#include "storage/itemptr.h"
}

namespace pgspan::transaction {

struct CommitRecord {
    char* gid;
    ItemPointerData position;
};

// Part of the current transaction: it makes the prepared transaction commit if this one does.
void InsertCommitRecord(int32 group_id, const char* gid);
bool CommitRecordExists(int32 group_id, const char* gid);
// The records of a group: a List of CommitRecord*.
List* ReadCommitRecords(int32 group_id);
// The parts (gids) that a transaction of this node, which may still be prepared, has recorded.
[[nodiscard]] List* ReadOpenRecords(uint64 xid);
// Precondition: LockCommitRecords, in the same transaction as ReadCommitRecords.
void DeleteCommitRecord(const CommitRecord* record);

// One transaction at a time may finish prepared transactions and delete records; writers of records
// are not in its way. False if wait is false and another one is at it.
bool LockCommitRecords(bool wait);

}  // namespace pgspan::transaction
