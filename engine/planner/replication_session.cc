#include "engine/planner/replication_session.h"

#include "engine/pg/list.h"
#include "engine/pg/relation_rights.h"
#include "engine/pg/walk.h"

extern "C" {
#include "executor/executor.h"
#include "replication/walsender.h"
#include "storage/lmgr.h"
}

namespace pgspan::planner {

namespace {

void Check(Oid relation, CmdType command) {
    const Relation opened = table_open(relation, NoLock);
    CheckCmdReplicaIdentity(opened, command);
    table_close(opened, NoLock);
}

void ReadContainers(Query* query) {
    for (auto* rte : pg::Each<RangeTblEntry>(query->rtable)) {
        const metadata::Table* table =
            rte->rtekind == RTE_RELATION ? metadata::FindTable(rte->relid) : nullptr;
        if (!table || !table->IsHash()) continue;
        LockRelationOid(table->container, rte->rellockmode);
        pg::StandFor(query, rte, table->container);
        rte->relkind = RELKIND_PARTITIONED_TABLE;
        rte->inh = true;
    }
}

}  // namespace

bool IsReplicationSession() {
    return am_db_walsender;
}

void ReadOwnRows(Query* query) {
    pg::WalkNode(reinterpret_cast<Node*>(query), [&](Node* node, auto&& descend) {
        if (IsA(node, Query)) ReadContainers(reinterpret_cast<Query*>(node));
        return descend(node);
    });
}

void CheckReplicaIdentity(const Query* query, const metadata::Table& table) {
    if (query->commandType == CMD_UPDATE || query->commandType == CMD_DELETE)
        Check(table.relation, query->commandType);
    if (query->onConflict && query->onConflict->action == ONCONFLICT_UPDATE)
        Check(table.relation, CMD_UPDATE);
    for (const auto* action : pg::Each<MergeAction>(query->mergeActionList))
        Check(table.relation, action->commandType);
}

}  // namespace pgspan::planner
