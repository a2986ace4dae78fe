#include "engine/ddl/partition_check.h"

#include "engine/ddl/definition_parts.h"
#include "engine/ddl/mirror.h"
#include "engine/metadata/heirs.h"

extern "C" {
#include "catalog/partition.h"
#include "utils/partcache.h"
}

namespace pgspan::ddl {

namespace {

constexpr const char* kCheckName = "pgspan_partition";

}  // namespace

void CheckPartitionConstraint(Oid relation) {
    if (!get_rel_relispartition(relation)) return;
    for (const Oid ancestor : pg::EachOid(get_partition_ancestors(relation))) {
        const Relation partitioned = relation_open(ancestor, AccessShareLock);
        const char strategy = get_partition_strategy(RelationGetPartitionKey(partitioned));
        relation_close(partitioned, AccessShareLock);
        if (strategy != PARTITION_STRATEGY_HASH) continue;
        ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                errmsg("a distributed table as a partition by hash is not supported"),
                errdetail("Table \"%s\" is a partition of \"%s\", which is partitioned by hash.",
                          get_rel_name(relation), get_rel_name(ancestor)),
                errhint("Distribute the rows of \"%s\" by create_distributed_table() instead of "
                        "partitioning it.",
                        get_rel_name(ancestor)));
    }
}

List* PartitionCheck(const metadata::Table& table, bool validates) {
    if (!table.IsHash()) return NIL;
    const int settings = EnterCanonicalSettings();
    const char* container = metadata::QualifiedContainerName(table);
    List* definitions = AddDefinition(
        NIL, nullptr,
        psprintf("ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s", container, kCheckName));
    const char* constraint =
        get_rel_relispartition(table.relation)
            ? CatalogText("SELECT pg_get_partition_constraintdef(%u)", table.relation)
            : nullptr;
    // A default partition without siblings takes every row.
    if (constraint)
        definitions =
            AddDefinition(definitions, nullptr,
                          psprintf("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s)%s", container,
                                   kCheckName, constraint, validates ? "" : " NOT VALID"));
    LeaveCanonicalSettings(settings);
    return definitions;
}

void MirrorPartitionCheck(const metadata::Table& table, bool validates) {
    List* definitions = PartitionCheck(table, validates);
    RunDefinitions(definitions);
    Broadcast(RemoteDefinitions(definitions));
}

void MirrorPartitionChecksOf(Oid relation) {
    if (!OidIsValid(relation)) return;
    CommandCounterIncrement();
    const metadata::Table* own = metadata::FindTable(relation);
    if (own && own->IsHash()) MirrorPartitionCheck(*own, true);
    for (const Oid heir : pg::EachOid(metadata::DistributedHeirs(relation)))
        MirrorPartitionCheck(*metadata::FindTable(heir), true);
}

}  // namespace pgspan::ddl
