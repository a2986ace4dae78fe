// CLUSTER. Each shard is rewritten in the order of its own part of the index; which index that is
// for a table stands on the coordinator's shell, as everywhere in PostgreSQL.
#include "engine/ddl/handlers.h"
#include "engine/ddl/index.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/options.h"
#include "engine/ddl/outside.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/partition.h"
}

namespace pgspan::ddl {

namespace {

Oid ClusteredIndex(Oid relation) {
    const Relation opened = relation_open(relation, NoLock);
    const List* indexes = RelationGetIndexList(opened);
    relation_close(opened, NoLock);
    for (const Oid index : pg::EachOid(indexes))
        if (get_index_isclustered(index)) return index;
    elog(ERROR, "table %u has no clustered index", relation);
}

void ClusterShards(const metadata::Table& table, const char* index_name) {
    const Oid container_index = ContainerIndex(table, index_name);
    for (const LocalShard& shard : LocalShards(table)) {
        const Relation opened = relation_open(shard.relation, AccessExclusiveLock);
        const Oid index = index_get_partition(opened, container_index);
        relation_close(opened, NoLock);
        if (!OidIsValid(index))
            elog(ERROR, "shard %s has no part of index \"%s\"", shard.qualified_name, index_name);
        auto* stmt = makeNode(ClusterStmt);
        stmt->relation = RangeVarFor(shard.relation);
        stmt->indexname = get_rel_name(index);
        RunUtility(reinterpret_cast<Node*>(stmt), nullptr);
    }
}

}  // namespace

void HandleCluster(const Statement& statement) {
    const auto* stmt = statement.Tree<ClusterStmt>();
    if (!stmt->relation) {
        // All tables of the database, which spans the nodes.
        char* elsewhere = metadata::IsCoordinator() ? statement.Text() : nullptr;
        RunStandard(statement);
        if (elsewhere) RunOutside(elsewhere);
        return;
    }
    const metadata::Table* table = FindForDdl(stmt->relation, "CLUSTER");
    if (!table) {
        RunStandard(statement);
        return;
    }
    // PostgreSQL plans how to sort the table.
    WithPlainShells([&] { RunStandard(statement); });
    CommandCounterIncrement();
    const char* index_name = get_rel_name(ClusteredIndex(table->relation));
    if (table->IsHash()) ClusterShards(*table, index_name);
    Broadcast(psprintf("CLUSTER%s %s USING %s", OptionList(stmt->params),
                       QualifiedRelationName(table->relation), quote_identifier(index_name)));
}

}  // namespace pgspan::ddl
