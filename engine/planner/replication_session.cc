#include "engine/planner/replication_session.h"

#include "engine/pg/list.h"
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

}  // namespace

bool IsReplicationSession() {
    return am_db_walsender;
}

void ReadOwnRows(Query* query) {
    pg::WalkNode(
        reinterpret_cast<Node*>(query),
        [&](Node* node, auto&& descend) {
            if (!IsA(node, RangeTblEntry)) return descend(node);
            auto* rte = reinterpret_cast<RangeTblEntry*>(node);
            const metadata::Table* table =
                rte->rtekind == RTE_RELATION ? metadata::FindTable(rte->relid) : nullptr;
            if (!table || !table->IsHash()) return false;
            LockRelationOid(table->container, rte->rellockmode);
            rte->relid = table->container;
            rte->relkind = RELKIND_PARTITIONED_TABLE;
            rte->inh = true;
            return false;
        },
        QTW_EXAMINE_RTES_BEFORE);
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
