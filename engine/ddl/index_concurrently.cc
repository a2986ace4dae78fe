// CREATE INDEX CONCURRENTLY. The shell's index is made first, and is invalid until every shard has
// its own: that is what an attempt that has failed leaves, as in PostgreSQL. On each node the
// container gets an index without its shards (ON ONLY), then the shards' are built one after
// another, each in transactions of its own, and attached.
#include "engine/ddl/index.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/outside.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/constraint_names.h"
#include "engine/pg/define_index.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "access/xact.h"
#include "catalog/index.h"
#include "parser/parse_utilcmd.h"
#include "storage/lmgr.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"
}

namespace pgspan::ddl {

namespace {

// Runs body in a transaction of its own; what it allocates outlives the transaction.
template <typename Body>
void InNextTransaction(MemoryContext context, Body&& body) {
    if (ActiveSnapshotSet()) PopActiveSnapshot();
    CommitTransactionCommand();
    StartTransactionCommand();
    MemoryContextSwitchTo(context);
    PushActiveSnapshot(GetTransactionSnapshot());
    body();
    MemoryContextSwitchTo(context);
}

// The shell's index as a statement about its container or one of its shards.
IndexStmt* StatementFor(const metadata::Table& table, Oid index, Oid target, const char* name) {
    const int settings = EnterCanonicalSettings();
    const char* sql = ContainerIndexDefinition(index, table.base_name, table.table_id);
    auto* stmt = castNode(IndexStmt, ParseUtility(sql));
    UseColumnsCollation(table, stmt);
    stmt->relation = RangeVarFor(target);
    stmt->idxname = pstrdup(name);
    stmt->concurrent = target != table.container;
    stmt->relation->inh = stmt->concurrent;
    if (stmt->concurrent) stmt = transformIndexStmt(target, stmt, sql);
    LeaveCanonicalSettings(settings);
    return stmt;
}

const metadata::Table& TableNow(Oid relation) {
    const metadata::Table* table = metadata::FindTable(relation);
    if (!table)
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("table %u has been changed while an index was being built on it", relation));
    return *table;
}

// PostgreSQL commits in between: snapshots are its own affair.
void BuildOnShard(MemoryContext context, Oid relation, Oid index, int32 shard_index) {
    Oid shard_relation = InvalidOid;
    const char* name = nullptr;
    IndexStmt* stmt = nullptr;
    InNextTransaction(context, [&] {
        const metadata::Table& table = TableNow(relation);
        shard_relation = metadata::LocalShardRelation(table, shard_index);
        name = ShardIndexName(get_rel_name(index), table.shard_ids[shard_index]);
        stmt = StatementFor(table, index, shard_relation, name);
    });
    pg::DefineIndexOn(shard_relation, stmt);
    InNextTransaction(context, [&] {
        const metadata::Table& table = TableNow(relation);
        const char* attach =
            psprintf("ALTER INDEX %s ATTACH PARTITION %s",
                     QualifiedRelationName(ContainerIndex(table, get_rel_name(index))),
                     quote_qualified_identifier(metadata::kDataSchema, name));
        // It compares expressions, and evaluates constant parts of them.
        const pg::UserSwitch caller = pg::BecomeOwnerOf(relation);
        RunUtilityText(attach);
        pg::ReturnToUser(caller);
    });
}

void BuildOnContainer(MemoryContext context, Oid relation, Oid index) {
    List* shards = NIL;
    InNextTransaction(context, [&] {
        const metadata::Table& table = TableNow(relation);
        for (const LocalShard& shard : LocalShards(table))
            shards = lappend_int(shards, shard.index);
        const char* name = metadata::ContainerIndexName(get_rel_name(index), table.table_id);
        RunUtilityAsOwner(
            reinterpret_cast<Node*>(StatementFor(table, index, table.container, name)), nullptr);
    });
    for (const int shard : pg::EachInt(shards)) BuildOnShard(context, relation, index, shard);
}

char* ConcurrentDefinition(Oid index) {
    const int settings = EnterCanonicalSettings();
    const char* sql = pg_get_indexdef_string(index);
    LeaveCanonicalSettings(settings);
    constexpr const char* kWords = " INDEX ";
    const char* after = strstr(sql, kWords) + strlen(kWords);
    return psprintf("%.*sCONCURRENTLY %s", static_cast<int>(after - sql), sql, after);
}

void BuildEverywhere(MemoryContext context, Oid relation, Oid index) {
    const bool is_hash = TableNow(relation).IsHash();
    const char* elsewhere = nullptr;
    InNextTransaction(context, [&] {
        index_set_state_flags(index, INDEX_DROP_CLEAR_VALID);
        elsewhere = ConcurrentDefinition(index);
        BroadcastRequirements(relation);
    });
    if (is_hash) BuildOnContainer(context, relation, index);
    InNextTransaction(context, [&] { RunOutside(elsewhere); });
    InNextTransaction(context, [&] {
        index_set_state_flags(index, INDEX_CREATE_SET_VALID);
        CacheInvalidateRelcacheByRelid(relation);
    });
}

}  // namespace

void CreateIndexConcurrently(const Statement& statement, Oid relation) {
    PreventInTransactionBlock(statement.IsTopLevel(), "CREATE INDEX CONCURRENTLY");
    const MemoryContext context = CurrentMemoryContext;
    // Until the end, whatever commits; an error releases it as well.
    LockRelId lock = {relation, MyDatabaseId};
    LockRelationIdForSession(&lock, ShareUpdateExclusiveLock);
    const List* before = IndexesOf(relation);
    RunStandard(statement);
    MemoryContextSwitchTo(context);
    const List* created = list_difference_oid(IndexesOf(relation), before);
    if (created != NIL) {
        BuildEverywhere(context, relation, linitial_oid(created));
        PopActiveSnapshot();
    }
    UnlockRelationIdForSession(&lock, ShareUpdateExclusiveLock);
}

}  // namespace pgspan::ddl
