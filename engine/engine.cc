// The extension's entry: the one list of settings, hooks, scans and workers.
#include "engine/background/maintenance_worker.h"
#include "engine/cluster/distributed_tables.h"
#include "engine/connection/connection.h"
#include "engine/ddl/utility_hook.h"
#include "engine/executor/limited_writes.h"
#include "engine/executor/routed_rows.h"
#include "engine/executor/scans.h"
#include "engine/executor/shown_errors.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/node_session.h"
#include "engine/pg/entry.h"
#include "engine/pg/postgres.h"
#include "engine/planner/planner.h"
#include "engine/replication/output_plugin.h"
#include "engine/transaction/remote_transaction.h"
#include "engine/trigger/firing.h"

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init(void);
}

namespace pgspan {
namespace {

void Initialize() {
    if (!process_shared_preload_libraries_in_progress)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("pgspan must be loaded when the server starts"),
                errhint("Add pgspan to shared_preload_libraries in postgresql.conf (before other "
                        "extensions) and "
                        "restart PostgreSQL."));
    metadata::DefineNodeSession();
    connection::DefineSettings();
    transaction::DefineSettings();
    cluster::DefineSettings();
    planner::DefineSettings();
    executor::DefineSettings();
    MarkGUCPrefixReserved("pgspan");

    metadata::InitializeCache();
    transaction::Initialize();
    executor::RegisterScans();
    planner::InstallHooks();
    trigger::Initialize(executor::TakeRoutedRows);
    executor::InstallShownErrors();
    executor::InstallLimitedWrites();
    ddl::Initialize();
    replication::Initialize();
    background::Initialize();
}

}  // namespace
}  // namespace pgspan

void _PG_init(void) {
    pgspan::pg::Entry(pgspan::Initialize);
}
