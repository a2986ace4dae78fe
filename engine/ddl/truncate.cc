#include "engine/connection/roles.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/tables_in.h"
#include "engine/ddl/trigger.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/heap.h"
#include "access/xlog.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
}

namespace pgspan::ddl {

namespace {

bool IsPart(Oid relation) {
    return get_rel_namespace(relation) == get_namespace_oid(metadata::kDataSchema, false);
}

// The right is asked for as PostgreSQL does, of what is named, and of what CASCADE reaches.
bool MayTruncate(Oid relation) {
    return pg_class_aclcheck(relation, GetUserId(), ACL_TRUNCATE) == ACLCHECK_OK;
}

// Locks the tables below those named, as PostgreSQL will, so that they stay there; gives all that
// are locked. Without the right PostgreSQL raises its own error, and nothing is locked.
const List* LockTrees(const List* range_vars) {
    List* locked = NIL;
    for (const auto* name : pg::Each<RangeVar>(range_vars)) {
        const Oid relation = RangeVarGetRelid(name, NoLock, true);
        if (!name->inh || !IsOrigin() || metadata::DistributedHeirs(relation) == NIL ||
            !MayTruncate(relation))
            continue;
        LockRelationOid(relation, AccessExclusiveLock);
        locked = list_concat_unique_oid(
            locked, find_all_inheritors(relation, AccessExclusiveLock, nullptr));
    }
    return locked;
}

// The relations named, and what lies below them.
List* Named(const List* range_vars) {
    List* named = NIL;
    for (const auto* name : pg::Each<RangeVar>(range_vars)) {
        const Oid relation = RangeVarGetRelid(name, NoLock, true);
        if (!OidIsValid(relation)) continue;
        named = list_append_unique_oid(named, relation);
        if (name->inh)
            named = list_concat_unique_oid(named, find_all_inheritors(relation, NoLock, nullptr));
    }
    return named;
}

// The relations that CASCADE adds to these: whatever references them, however indirectly, but not
// the shards, which follow their containers.
List* CascadesTo(const List* relations) {
    List* reached = list_copy(relations);
    List* added = NIL;
    for (List* found = heap_truncate_find_FKs(reached); found != NIL;
         found = heap_truncate_find_FKs(reached)) {
        reached = list_concat(reached, found);
        for (const Oid relation : pg::EachOid(found))
            if (!IsPart(relation)) added = lappend_oid(added, relation);
    }
    return added;
}

// PostgreSQL's own notice, and what it does without looking below the table.
void AddCascade(TruncateStmt* stmt, const List* relations) {
    for (const Oid relation : pg::EachOid(relations)) {
        ereport(NOTICE, errmsg("truncate cascades to table \"%s\"", get_rel_name(relation)));
        RangeVar* name = RangeVarFor(relation);
        name->inh = get_rel_relkind(relation) == RELKIND_PARTITIONED_TABLE;
        stmt->relations = lappend(stmt->relations, name);
    }
}

// AFTER TRUNCATE triggers, those of local tables too, fire once all is empty on every node.
struct AfterTruncate {
    List* tables;     // OIDs
    List* suspended;  // of Lists of SuspendedTrigger*
};

AfterTruncate SuspendAfterTriggers(const List* tables, const List* locked) {
    AfterTruncate after = {};
    if (!IsOrigin()) return after;
    for (const Oid table : pg::EachOid(tables)) {
        if (!MayTruncate(table) && !list_member_oid(locked, table)) continue;
        LockRelationOid(table, AccessExclusiveLock);
        List* suspended = SuspendTriggers(table, TRIGGER_TYPE_TRUNCATE, TRIGGER_TYPE_BEFORE);
        if (suspended == NIL) continue;
        after.tables = lappend_oid(after.tables, table);
        after.suspended = lappend(after.suspended, suspended);
    }
    return after;
}

void FireAfterTriggers(AfterTruncate* after) {
    for (int i = 0; i < list_length(after->tables); i++)
        ResumeTriggers(list_nth_oid(after->tables, i),
                       static_cast<List*>(list_nth(after->suspended, i)));
    if (after->tables == NIL) return;
    EState* estate = CreateExecutorState();
    AfterTriggerBeginQuery();
    for (const Oid table : pg::EachOid(after->tables)) {
        const Relation relation = table_open(table, NoLock);
        auto* target = makeNode(ResultRelInfo);
        InitResultRelInfo(target, relation, 0, nullptr, 0);
        estate->es_opened_result_relations = lappend(estate->es_opened_result_relations, target);
        ExecASTruncateTriggers(estate, target);
    }
    AfterTriggerEndQuery(estate);
    for (const auto* target : pg::Each<ResultRelInfo>(estate->es_opened_result_relations))
        table_close(target->ri_RelationDesc, NoLock);
    FreeExecutorState(estate);
}

// Every node would tell its subscribers to empty the whole table, each at a time of its own.
void RefusePublished(const List* tables) {
    if (!IsOrigin() || !XLogLogicalInfoActive()) return;
    for (const Oid relation : pg::EachOid(tables)) {
        const metadata::Table* table = metadata::FindTable(relation);
        if (!table || !table->IsHash()) continue;
        const Relation opened = table_open(relation, AccessShareLock);
        PublicationDesc published = {};
        RelationBuildPublicationDesc(opened, &published);
        table_close(opened, NoLock);
        if (published.pubactions.pubtruncate)
            RefuseOn(*table, "TRUNCATE of tables whose truncation is published",
                     "Use DELETE, or ALTER PUBLICATION ... SET (publish = 'insert, update, "
                     "delete').");
    }
}

bool MayTruncateAll(const List* relations) {
    for (const Oid relation : pg::EachOid(relations))
        if (!MayTruncate(relation)) return false;
    return true;
}

// Containers belong to the statement that the user may run, or follow it. Then that has nothing to
// cascade to but shards that reference a reference table, and PostgreSQL refuses it.
void TruncateHere(const Statement& statement, TruncateStmt* stmt, const List* containers,
                  bool in_one) {
    if (in_one)
        stmt->relations = list_concat_copy(stmt->relations, containers);
    else
        stmt->behavior = DROP_RESTRICT;
    RunStandardWith(statement, reinterpret_cast<Node*>(stmt));
    if (in_one || containers == NIL) return;
    auto* rest = makeNode(TruncateStmt);
    rest->relations = list_copy(containers);
    rest->behavior = DROP_RESTRICT;
    RunUtilityAsOwner(reinterpret_cast<Node*>(rest), statement.source);
}

}  // namespace

// Shells, containers and local tables are truncated by one statement, so that PostgreSQL sees that
// no foreign key is left behind. Heirs that the user may truncate as such only, below a table, are
// a statement of their own.
void HandleTruncate(const Statement& statement) {
    auto* stmt = CopyOf<TruncateStmt>(statement.planned->utilityStmt);
    List* tables = TablesNamed(stmt->relations, "TRUNCATE");
    const List* locked = LockTrees(stmt->relations);
    const List* heirs = HeirsBelow(stmt->relations);
    List* all = Named(stmt->relations);
    const bool cascades = stmt->behavior == DROP_CASCADE;
    const List* cascade = cascades ? CascadesTo(all) : NIL;
    tables = list_concat_unique_oid(tables, heirs);
    for (const Oid relation : pg::EachOid(cascade))
        if (FindForDdl(relation, "TRUNCATE")) tables = list_append_unique_oid(tables, relation);
    if (tables == NIL) {
        RunStandard(statement);
        return;
    }
    AddCascade(stmt, cascade);
    RefusePublished(tables);
    AfterTruncate after = SuspendAfterTriggers(list_concat(all, cascade), locked);
    const bool may_truncate_all = MayTruncateAll(heirs);
    TruncateHere(statement, stmt, PartsOf(tables, Parts::kContainers), may_truncate_all);
    const char* elsewhere = psprintf("TRUNCATE TABLE %s %s", QualifiedNames(tables),
                                     stmt->restart_seqs ? "RESTART IDENTITY" : "CONTINUE IDENTITY");
    // A table of a node's own that references one of them is somebody's: who asks needs the right
    // to it.
    if (may_truncate_all)
        Broadcast(cascades ? psprintf("%s CASCADE", elsewhere) : elsewhere);
    else
        connection::AsLogin([&] { Broadcast(elsewhere); });
    FireAfterTriggers(&after);
}

}  // namespace pgspan::ddl
