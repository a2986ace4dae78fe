#include "engine/ddl/alter_index.h"

#include "engine/ddl/index.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/partition.h"
}

namespace pgspan::ddl {

namespace {

bool IsSupported(const AlterTableStmt& stmt) {
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) switch (command->subtype) {
        case AT_SetRelOptions:
        case AT_ResetRelOptions:
        case AT_SetStatistics:
            break;
        default:
            return false;
        }
    return true;
}

// PostgreSQL allows none of these on partitioned indexes: they go to the index of each shard.
void AlterOnShards(const metadata::Table& table, Oid container_index, const AlterTableStmt& stmt,
                   const char* source) {
    for (const LocalShard& shard : LocalShards(table)) {
        const Relation relation = relation_open(shard.relation, AccessShareLock);
        const Oid index = index_get_partition(relation, container_index);
        relation_close(relation, NoLock);
        if (!OidIsValid(index))
            elog(ERROR, "index of shard %s for index %u is missing", shard.qualified_name,
                 container_index);
        auto* copy = CopyOf<AlterTableStmt>(&stmt);
        copy->relation = RangeVarFor(index);
        copy->missing_ok = false;
        RunUtility(reinterpret_cast<Node*>(copy), source);
    }
}

}  // namespace

void AlterIndex(const Statement& statement, const metadata::Table& table, Oid index) {
    const auto* stmt = statement.Tree<AlterTableStmt>();
    if (!IsSupported(*stmt)) {
        // Most are an error of PostgreSQL's: no index of a distributed table is a partitioned one.
        RunStandard(statement);
        RefuseOn(table, "this form of ALTER INDEX", nullptr);
    }
    const Oid container_index =
        table.IsHash() ? ContainerIndex(table, get_rel_name(index)) : InvalidOid;
    RunStandard(statement);
    if (table.IsHash()) {
        if (!OidIsValid(container_index))
            elog(ERROR, "container has no index for index \"%s\"", get_rel_name(index));
        AlterOnShards(table, container_index, *stmt, statement.source);
    }
    Broadcast(statement.Text());
}

}  // namespace pgspan::ddl
