#include "engine/executor/limited_writes.h"

#include "engine/pg/caller.h"
#include "engine/pg/entry.h"

extern "C" {
#include "executor/executor.h"
}

namespace pgspan::executor {

namespace {

ExecutorRun_hook_type next_run = nullptr;

// Beside PostgreSQL's own EXEC_FLAG_….
constexpr int kLimited = 1 << 24;

// SPI compares the count with the rows that it has received. PL/pgSQL (… RETURNING … INTO) asks for
// one row more than it allows: it raises an error then, so that nothing stays written.
void CountWanted(QueryDesc* query, uint64 limit) {
    uint64& processed = query->estate->es_processed;
    if (processed <= limit) return;
    if (!pg::CalledByPlpgsql())
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("a limit on the rows that a distributed write returns is not supported"),
                errdetail("Its caller wants " UINT64_FORMAT " rows, and " UINT64_FORMAT
                          " were to be written.",
                          limit, processed));
    processed = limit;
}

void RunLimited(QueryDesc* query, ScanDirection direction, uint64 limit, bool execute_once) {
    query->estate->es_top_eflags |= kLimited;
    next_run(query, direction, limit, execute_once);
    CountWanted(query, limit);
}

void RunHook(QueryDesc* query, ScanDirection direction, uint64 count, bool execute_once) {
    pg::Entry([&] {
        if (count != 0 && query->operation != CMD_SELECT && query->plannedstmt->hasReturning)
            RunLimited(query, direction, count, execute_once);
        else
            next_run(query, direction, count, execute_once);
    });
}

}  // namespace

bool IsLimited(const EState* estate) {
    return (estate->es_top_eflags & kLimited) != 0;
}

void InstallLimitedWrites() {
    next_run = ExecutorRun_hook ? ExecutorRun_hook : standard_ExecutorRun;
    ExecutorRun_hook = RunHook;
}

}  // namespace pgspan::executor
