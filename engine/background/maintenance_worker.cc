#include "engine/background/maintenance_worker.h"

#include "engine/metadata/nodes.h"
#include "engine/pg/entry.h"
#include "engine/pg/search_path.h"
#include "engine/transaction/recovery.h"

extern "C" {
#include "access/heapam.h"
#include "catalog/pg_database.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/wait_event.h"

extern PGDLLEXPORT void pgspan_maintenance_launcher(Datum argument);
extern PGDLLEXPORT void pgspan_maintenance_pass(Datum database);
}

namespace pgspan::background {

namespace {

constexpr int kRestartDelayS = 5;

int maintenance_interval_s = 5;

struct DatabaseWorker {
    DatabaseWorker* next;
    Oid database;
    bool exists;  // seen in pg_database this time
    BackgroundWorkerHandle* handle;
};

DatabaseWorker* workers = nullptr;

DatabaseWorker* WorkerOf(Oid database) {
    for (DatabaseWorker* worker = workers; worker; worker = worker->next)
        if (worker->database == database) return worker;
    auto* worker = static_cast<DatabaseWorker*>(
        MemoryContextAllocZero(TopMemoryContext, sizeof(DatabaseWorker)));
    worker->database = database;
    worker->next = workers;
    workers = worker;
    return worker;
}

void NoteDatabases() {
    StartTransactionCommand();
    (void)GetTransactionSnapshot();
    const Relation databases = table_open(DatabaseRelationId, AccessShareLock);
    const TableScanDesc scan = table_beginscan_catalog(databases, 0, nullptr);
    while (const HeapTuple tuple = heap_getnext(scan, ForwardScanDirection)) {
        const auto* database = reinterpret_cast<const FormData_pg_database*>(GETSTRUCT(tuple));
        if (!database->datallowconn || database->datistemplate) continue;
        WorkerOf(database->oid)->exists = true;
    }
    table_endscan(scan);
    table_close(databases, AccessShareLock);
    CommitTransactionCommand();
}

bool IsRunning(DatabaseWorker* worker) {
    if (worker->handle == nullptr) return false;
    pid_t pid = 0;
    const BgwHandleStatus status = GetBackgroundWorkerPid(worker->handle, &pid);
    if (status == BGWH_STARTED || status == BGWH_NOT_YET_STARTED) return true;
    pfree(worker->handle);
    worker->handle = nullptr;
    return false;
}

void StartWorker(DatabaseWorker* worker) {
    BackgroundWorker definition = {};
    definition.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    definition.bgw_start_time = BgWorkerStart_RecoveryFinished;
    definition.bgw_restart_time = BGW_NEVER_RESTART;
    definition.bgw_main_arg = ObjectIdGetDatum(worker->database);
    definition.bgw_notify_pid = MyProcPid;
    strlcpy(definition.bgw_library_name, "pgspan", sizeof(definition.bgw_library_name));
    strlcpy(definition.bgw_function_name, "pgspan_maintenance_pass",
            sizeof(definition.bgw_function_name));
    snprintf(definition.bgw_name, sizeof(definition.bgw_name), "pgspan maintenance of database %u",
             worker->database);
    strlcpy(definition.bgw_type, "pgspan maintenance", sizeof(definition.bgw_type));
    const MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
    if (!RegisterDynamicBackgroundWorker(&definition, &worker->handle)) {
        worker->handle = nullptr;
        ereport(DEBUG1, errmsg("no background worker is free for pgspan maintenance"),
                errhint("Raise max_worker_processes."));
    }
    MemoryContextSwitchTo(caller);
}

void StartWorkers() {
    for (DatabaseWorker* worker = workers; worker; worker = worker->next) worker->exists = false;
    NoteDatabases();
    for (DatabaseWorker** link = &workers; *link;) {
        DatabaseWorker* worker = *link;
        const bool running = IsRunning(worker);
        if (!running && !worker->exists) {
            *link = worker->next;
            pfree(worker);
            continue;
        }
        if (!running) StartWorker(worker);
        link = &worker->next;
    }
}

[[noreturn]] void Launch() {
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    pgstat_report_appname("pgspan maintenance launcher");
    while (!ShutdownRequestPending) {
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
        }
        StartWorkers();
        const TimestampTz started = GetCurrentTimestamp();
        long left_ms = maintenance_interval_s * 1000L;
        // The end of a worker sets the latch as well.
        while (left_ms > 0 && !ShutdownRequestPending && !ConfigReloadPending) {
            WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left_ms,
                      PG_WAIT_EXTENSION);
            ResetLatch(MyLatch);
            CHECK_FOR_INTERRUPTS();
            left_ms = maintenance_interval_s * 1000L -
                      TimestampDifferenceMilliseconds(started, GetCurrentTimestamp());
        }
    }
    // 0 would tell the postmaster never to start the launcher again.
    proc_exit(1);
}

void Pass(Oid database) {
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
    SetConfigOption("search_path", pg::kSafeSearchPath, PGC_SUSET, PGC_S_OVERRIDE);
    pgstat_report_appname("pgspan maintenance");
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    if (metadata::ExtensionIsReady() && metadata::AllNodes().size() > 1) {
        pgstat_report_activity(STATE_RUNNING, "finishing prepared transactions");
        const int finished =
            transaction::RecoverPreparedTransactions(transaction::RecoveryMode::kBackground);
        elog(DEBUG1, "pgspan maintenance finished %d prepared transactions", finished);
    }
    PopActiveSnapshot();
    CommitTransactionCommand();
}

}  // namespace

void Initialize() {
    DefineCustomIntVariable("pgspan.maintenance_interval",
                            "Time between two passes of the maintenance worker.", nullptr,
                            &maintenance_interval_s, 5, 1, 86400, PGC_SIGHUP, GUC_UNIT_S, nullptr,
                            nullptr, nullptr);
    if (!process_shared_preload_libraries_in_progress) return;
    BackgroundWorker launcher = {};
    launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
    launcher.bgw_restart_time = kRestartDelayS;
    strlcpy(launcher.bgw_library_name, "pgspan", sizeof(launcher.bgw_library_name));
    strlcpy(launcher.bgw_function_name, "pgspan_maintenance_launcher",
            sizeof(launcher.bgw_function_name));
    strlcpy(launcher.bgw_name, "pgspan maintenance launcher", sizeof(launcher.bgw_name));
    strlcpy(launcher.bgw_type, "pgspan maintenance launcher", sizeof(launcher.bgw_type));
    RegisterBackgroundWorker(&launcher);
}

}  // namespace pgspan::background

void pgspan_maintenance_launcher(Datum /*argument*/) {
    pgspan::pg::Entry([] { pgspan::background::Launch(); });
}

void pgspan_maintenance_pass(Datum database) {
    pgspan::pg::Entry([&] { pgspan::background::Pass(DatumGetObjectId(database)); });
}
