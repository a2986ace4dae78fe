#include "engine/trigger/reference_wait.h"

#include "engine/connection/connection.h"
#include "engine/metadata/heirs.h"
#include "engine/metadata/node_session.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"
#include "engine/transaction/remote_transaction.h"
#include "engine/trigger/matching.h"

extern "C" {
#include "commands/trigger.h"
#include "executor/executor.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
}

namespace pgspan::trigger {

namespace {

// The distributed tables whose rows a foreign key kept here may delete, change or look for.
List* AddReferencing(List* tables, const Trigger& trigger) {
    const metadata::Table* table = metadata::FindTable(trigger.tgconstrrelid);
    if (table && !table->IsHash()) return tables;  // every node keeps those of reference tables
    if (table) return list_append_unique_oid(tables, trigger.tgconstrrelid);
    return list_concat_unique_oid(tables, metadata::DistributedHeirs(trigger.tgconstrrelid));
}

List* ReferencingTables(Oid relation_id, CmdType command, const Bitmapset* updated) {
    List* tables = NIL;
    const Relation relation = table_open(relation_id, NoLock);
    for (int i = 0; relation->trigdesc && i < relation->trigdesc->numtriggers; i++) {
        const Trigger& trigger = relation->trigdesc->triggers[i];
        if (ActsOnReferences(relation, trigger, command, updated))
            tables = AddReferencing(tables, trigger);
    }
    table_close(relation, NoLock);
    return tables;
}

void AwaitWriters(const List* tables) {
    List* groups = NIL;
    StringInfoData ids;
    initStringInfo(&ids);
    for (const Oid relation : pg::EachOid(tables)) {
        const metadata::Table& table = *metadata::FindTable(relation);
        appendStringInfo(&ids, "%s%d", ids.len > 0 ? "," : "", table.table_id);
        for (int32 i = 0; i < table.shard_count; i++)
            if (table.shard_groups[i] != metadata::LocalGroup())
                groups = list_append_unique_int(groups, table.shard_groups[i]);
    }
    const char* sql = psprintf("SELECT pgspan.await_prepared_writers('{%s}')", ids.data);
    auto* commands = static_cast<connection::Command*>(
        palloc0(sizeof(connection::Command) * (list_length(groups) + 1)));
    size_t count = 0;
    for (const int group : pg::EachInt(groups)) {
        connection::Connection* node = connection::ForGroup(group);
        transaction::Join(node, transaction::Access::kRead);
        commands[count++] = {node, sql};
    }
    connection::ExecuteEach({commands, count});
}

// Whether rows that were there may have been deleted or changed by a query that wrote the target.
bool MayDelete(const QueryDesc& query, const ResultRelInfo& target) {
    return query.operation != CMD_INSERT || query.plannedstmt->hasModifyingCTE ||
           target.ri_onConflict;
}

// Another node writes a reference table: what would be done here because of it would be a
// transaction of its own.
void RefuseForOthers(Oid relation, CmdType command, const Bitmapset* updated) {
    if (ReferencingTables(relation, command, updated) == NIL) return;
    ereport(
        ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
        errmsg("deleting rows or changing keys of table \"%s\" is supported on the coordinator "
               "only",
               get_rel_name(relation)),
        errdetail("Distributed tables reference it by foreign keys that the coordinator keeps."));
}

}  // namespace

void RefuseSnapshot(Oid relation) {
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("deleting rows or changing keys of table \"%s\" is not supported at this "
                   "isolation level",
                   get_rel_name(relation)),
            errdetail("Rows of distributed tables may reference them."),
            errhint("Use READ COMMITTED."));
}

void AwaitReferences(Oid relation, CmdType command, const Bitmapset* updated) {
    const List* tables = ReferencingTables(relation, command, updated);
    if (tables == NIL) return;
    if (IsolationUsesXactSnapshot()) RefuseSnapshot(relation);
    AwaitWriters(tables);
}

void AwaitReferencesOf(const QueryDesc* query) {
    // What nodes carry out by themselves is theirs.
    if (!metadata::ExtensionIsReady() || !metadata::IsCoordinator()) return;
    EState* estate = query->estate;
    for (auto* target : pg::Each<ResultRelInfo>(estate->es_opened_result_relations)) {
        if (!target->ri_TrigDesc || !MayDelete(*query, *target)) continue;
        const bool only_updates =
            query->operation == CMD_UPDATE && !query->plannedstmt->hasModifyingCTE;
        const Oid relation = RelationGetRelid(target->ri_RelationDesc);
        const CmdType command = only_updates ? CMD_UPDATE : CMD_DELETE;
        const Bitmapset* updated = only_updates ? ExecGetUpdatedCols(target, estate) : nullptr;
        if (metadata::IsInternalSession())
            RefuseForOthers(relation, command, updated);
        else
            AwaitReferences(relation, command, updated);
    }
}

}  // namespace pgspan::trigger

using namespace pgspan;

// pgspan.await_prepared_writers(table_ids): returns once no transaction that was prepared on this
// node before, and that wrote shards of the tables, is left. Called by the coordinator.
PGSPAN_FUNCTION(pgspan_await_prepared_writers) {
    if (!metadata::IsInternalSession())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("pgspan.await_prepared_writers() is called by other nodes only"));
    const char* table_ids = DatumGetCString(OidFunctionCall1(F_ARRAY_OUT, PG_GETARG_DATUM(0)));
    if (!pg::QueryTextAsOwner("SELECT 1 FROM pg_catalog.pg_prepared_xacts LIMIT 1"))
        PG_RETURN_VOID();
    List* rows = pg::QueryRowsAsOwner(psprintf(
        "SELECT DISTINCT t.transactionid FROM pg_catalog.pg_locks r JOIN pg_catalog.pg_locks t"
        " USING (virtualtransaction) WHERE r.pid IS NULL AND t.pid IS NULL"
        " AND t.locktype = 'transactionid' AND r.mode = 'RowExclusiveLock' AND r.relation IN"
        " (SELECT i.inhrelid FROM pgspan.distributed_table d JOIN pg_catalog.pg_inherits i"
        " ON i.inhparent = d.container WHERE d.table_id = ANY ('%s'))",
        table_ids));
    for (const auto* row : pg::Each<char*>(rows))
        XactLockTableWait(static_cast<TransactionId>(strtoul(row[0], nullptr, 10)), nullptr,
                          nullptr, XLTW_None);
    PG_RETURN_VOID();
}
