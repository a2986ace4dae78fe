#include "engine/ddl/index.h"

#include "engine/ddl/change_while_local.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/constraint_names.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/list.h"
#include "engine/pg/relation.h"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "commands/tablespace.h"
#include "storage/lmgr.h"
#include "utils/ruleutils.h"
}

namespace pgspan::ddl {

namespace {

// CREATE UNIQUE INDEX: names of its plain columns.
List* ColumnNames(const IndexStmt& stmt) {
    List* names = NIL;
    for (const auto* element : pg::Each<IndexElem>(stmt.indexParams))
        if (element->name) names = lappend(names, makeString(element->name));
    return names;
}

void CheckSupported(const metadata::Table& table, const IndexStmt& stmt) {
    if (!stmt.unique || !table.IsHash()) return;
    const List* names = ColumnNames(stmt);
    // Columns that are not there are PostgreSQL's to refuse.
    for (const auto* name : pg::Each<String>(names))
        if (get_attnum(table.relation, name->sval) == InvalidAttrNumber) return;
    CheckUniqueColumns(table, names, "UNIQUE index");
}

void CreateOnContainer(const metadata::Table& table, Oid index) {
    const int settings = EnterCanonicalSettings();
    const char* sql = ContainerIndexDefinition(index, table.base_name, table.table_id);
    auto* stmt = castNode(IndexStmt, ParseUtility(sql));
    UseColumnsCollation(table, stmt);
    const Oid tablespace = get_rel_tablespace(index);
    if (OidIsValid(tablespace)) stmt->tableSpace = get_tablespace_name(tablespace);
    RunUtilityAsOwner(reinterpret_cast<Node*>(stmt), sql);
    LeaveCanonicalSettings(settings);
}

// CREATE INDEX for every other node, with the name that was chosen here.
char* DefinitionOf(Oid index) {
    const int settings = EnterCanonicalSettings();
    char* sql = pg_get_indexdef_string(index);
    LeaveCanonicalSettings(settings);
    return sql;
}

// Of an index of a partitioned table all partitions get their part.
const List* IndexedHeirs(const IndexStmt& stmt) {
    const Oid relation = RangeVarGetRelid(stmt.relation, NoLock, true);
    if (!OidIsValid(relation) || !stmt.relation->inh ||
        get_rel_relkind(relation) != RELKIND_PARTITIONED_TABLE)
        return NIL;
    return metadata::DistributedHeirs(relation);
}

void Drop(Oid index) {
    ObjectAddress address;
    ObjectAddressSet(address, RelationRelationId, index);
    performDeletion(&address, DROP_CASCADE, PERFORM_DELETION_INTERNAL | PERFORM_DELETION_QUIETLY);
}

}  // namespace

List* IndexesOf(Oid relation) {
    const Relation opened = relation_open(relation, AccessShareLock);
    List* indexes = RelationGetIndexList(opened);
    relation_close(opened, NoLock);
    return indexes;
}

char* ShardIndexName(const char* shell_index_name, int64 shard_id) {
    return metadata::ShardConstraintName(shell_index_name, shard_id);
}

void UseColumnsCollation(const metadata::Table& table, IndexStmt* stmt) {
    if (!stmt->unique || !OidIsValid(table.distribution_collation) ||
        !get_collation_isdeterministic(table.distribution_collation))
        return;
    const char* key = get_attname(table.relation, table.distribution_column, false);
    for (auto* element : pg::Each<IndexElem>(stmt->indexParams))
        if (element->name && strcmp(element->name, key) == 0 && element->collation &&
            get_collation_isdeterministic(get_collation_oid(element->collation, false)))
            element->collation = NIL;
}

Oid ContainerIndex(const metadata::Table& table, const char* shell_index_name) {
    return get_relname_relid(metadata::ContainerIndexName(shell_index_name, table.table_id),
                             get_namespace_oid(metadata::kDataSchema, false));
}

void DropContainerIndex(const metadata::Table& table, const char* shell_index_name) {
    const Oid index = ContainerIndex(table, shell_index_name);
    if (OidIsValid(index)) Drop(index);
    // What a CREATE INDEX CONCURRENTLY that has failed has left.
    const Oid schema = get_namespace_oid(metadata::kDataSchema, false);
    for (const LocalShard& shard : LocalShards(table)) {
        const Oid left =
            get_relname_relid(ShardIndexName(shell_index_name, shard.shard_id), schema);
        if (OidIsValid(left)) Drop(left);
    }
}

void CheckUniqueColumns(const metadata::Table& table, const List* column_names,
                        const char* construct) {
    const char* distribution_column = get_attname(table.relation, table.distribution_column, false);
    for (const auto* name : pg::Each<String>(column_names))
        if (strcmp(name->sval, distribution_column) == 0) return;
    ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
            errmsg("%s on a distributed table must include the distribution column", construct),
            errdetail("%s on table \"%s\" lacks column \"%s\", by which the table is distributed.",
                      construct, get_rel_name(table.relation), distribution_column));
}

void HandleCreateIndex(const Statement& statement) {
    const auto* stmt = statement.Tree<IndexStmt>();
    const metadata::Table* table = FindForDdl(stmt->relation, "CREATE INDEX");
    if (!table && IsOrigin()) {
        RunOnHeirs(statement, IndexedHeirs(*stmt));
        return;
    }
    if (!table || !pg::OwnsRelation(GetUserId(), table->relation)) {
        RunStandard(statement);
        return;
    }
    CheckSupported(*table, *stmt);
    if (stmt->concurrent) {
        CreateIndexConcurrently(statement, table->relation);
        return;
    }
    // What is new after it is this statement's own: no other CREATE INDEX runs meanwhile.
    LockRelationOid(table->relation, ShareRowExclusiveLock);
    const List* before = IndexesOf(table->relation);
    RunStandard(statement);
    const List* created = list_difference_oid(IndexesOf(table->relation), before);
    if (created == NIL) return;  // IF NOT EXISTS
    const Oid index = linitial_oid(created);
    if (table->IsHash()) CreateOnContainer(*table, index);
    if (!IsOrigin()) return;
    BroadcastRequirements(table->relation);
    Broadcast(DefinitionOf(index));
}

}  // namespace pgspan::ddl
