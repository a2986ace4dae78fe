#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/tables_in.h"
#include "engine/ddl/trigger.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/heap.h"
#include "access/xlog.h"
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

// CASCADE spelled out: the relations that reference those named, however indirectly, but not the
// shards, which follow their containers. PostgreSQL's own notice for each of them.
List* WithReferencing(List* range_vars) {
    List* reached = NIL;
    for (const auto* name : pg::Each<RangeVar>(range_vars))
        reached = list_append_unique_oid(reached, RangeVarGetRelid(name, NoLock, false));
    for (List* found = heap_truncate_find_FKs(reached); found != NIL;
         found = heap_truncate_find_FKs(reached)) {
        for (const Oid relation : pg::EachOid(found)) {
            reached = lappend_oid(reached, relation);
            if (IsPart(relation)) continue;
            ereport(NOTICE, errmsg("truncate cascades to table \"%s\"", get_rel_name(relation)));
            range_vars = lappend(range_vars, RangeVarFor(relation));
        }
    }
    return range_vars;
}

// AFTER TRUNCATE triggers fire once the table is empty on every node.
struct AfterTruncate {
    List* tables;     // OIDs
    List* suspended;  // of Lists of SuspendedTrigger*
};

AfterTruncate SuspendAfterTriggers(List* tables) {
    AfterTruncate after = {};
    if (!IsOrigin()) return after;
    for (const Oid table : pg::EachOid(tables)) {
        // Without the right PostgreSQL raises its own error.
        if (pg_class_aclcheck(table, GetUserId(), ACL_TRUNCATE) != ACLCHECK_OK) continue;
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

}  // namespace

// Shells, containers and local tables are truncated by one statement, so that PostgreSQL sees that
// no foreign key is left behind.
void HandleTruncate(const Statement& statement) {
    auto* stmt = CopyOf<TruncateStmt>(statement.planned->utilityStmt);
    stmt->relations = WithDistributedHeirs(stmt->relations);
    if (TablesNamed(stmt->relations, "TRUNCATE") == NIL) {
        RunStandard(statement);
        return;
    }
    const bool cascades = stmt->behavior == DROP_CASCADE;
    if (cascades) stmt->relations = WithReferencing(stmt->relations);
    List* tables = TablesNamed(stmt->relations, "TRUNCATE");
    stmt->relations = list_concat(stmt->relations, PartsOf(tables, Parts::kContainers));
    RefusePublished(tables);
    AfterTruncate after = SuspendAfterTriggers(tables);
    RunStandardWith(statement, reinterpret_cast<Node*>(stmt));
    Broadcast(psprintf("TRUNCATE TABLE %s %s %s", QualifiedNames(tables),
                       stmt->restart_seqs ? "RESTART IDENTITY" : "CONTINUE IDENTITY",
                       cascades ? "CASCADE" : "RESTRICT"));
    FireAfterTriggers(&after);
}

}  // namespace pgspan::ddl
