#include "engine/cluster/everywhere.h"
#include "engine/cluster/move_rows.h"
#include "engine/cluster/table_checks.h"
#include "engine/connection/connection.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/forget_table.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/policy.h"
#include "engine/ddl/trigger.h"
#include "engine/metadata/foreign_keys.h"
#include "engine/metadata/node_session.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/entry.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "commands/tablecmds.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
}

namespace pgspan::cluster {

namespace {

// A foreign key that would be left with one end distributed and the other not, and the table at its
// other end.
struct ForeignKeyEnd {
    const char* constraint;
    Oid other;
};

// A foreign key between the relation and another table that ties their being distributed to each
// other: any with a hash-distributed table at the other end, or one that leads from another
// distributed table here.
List* TyingForeignKeys(Oid relation) {
    List* rows = pg::QueryRowsAsOwner(psprintf(
        "SELECT k.oid, k.conname, CASE WHEN k.conrelid = %u THEN k.confrelid ELSE k.conrelid END"
        " FROM pg_catalog.pg_constraint k JOIN pgspan.distributed_table t"
        " ON t.relation = CASE WHEN k.conrelid = %u THEN k.confrelid ELSE k.conrelid END"
        " WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid <> k.confrelid"
        " AND (k.conrelid = %u AND t.kind = 'h' OR k.confrelid = %u) ORDER BY k.conname",
        relation, relation, relation, relation));
    List* ends = NIL;
    for (const auto* row : pg::Each<char*>(rows)) {
        const auto key = metadata::ReadForeignKey(static_cast<Oid>(strtoul(row[0], nullptr, 10)));
        const metadata::Table* owner = metadata::FindTable(key.relation);
        // One that the coordinator keeps may have ends of any kind.
        if (owner && owner->IsHash() && !metadata::KeptByShards(key)) continue;
        auto* end = static_cast<ForeignKeyEnd*>(palloc(sizeof(ForeignKeyEnd)));
        *end = {row[1], static_cast<Oid>(strtoul(row[2], nullptr, 10))};
        ends = lappend(ends, end);
    }
    return ends;
}

// Every table that is tied to the first by foreign keys, the first included; referenced tables
// before those that reference them.
List* TiedTables(Oid relation) {
    List* tables = list_make1_oid(relation);
    for (int i = 0; i < list_length(tables); i++)
        for (const auto* end : pg::Each<ForeignKeyEnd>(TyingForeignKeys(list_nth_oid(tables, i))))
            tables = list_append_unique_oid(tables, end->other);
    StringInfoData oids;
    initStringInfo(&oids);
    ListCell* cell = nullptr;
    foreach (cell, tables) appendStringInfo(&oids, "%s%u", oids.len ? "," : "", lfirst_oid(cell));
    List* rows = pg::QueryRowsAsOwner(psprintf(
        "WITH RECURSIVE up (relation, depth) AS (SELECT t, 0 FROM "
        "pg_catalog.unnest('{%s}'::pg_catalog.oid[]) t"
        " UNION SELECT k.conrelid, u.depth + 1 FROM up u JOIN pg_catalog.pg_constraint k ON "
        "k.confrelid = u.relation"
        " AND k.contype = 'f' AND k.conparentid = 0 AND k.conrelid <> k.confrelid WHERE k.conrelid "
        "= ANY"
        " ('{%s}'::pg_catalog.oid[]) AND u.depth < %d)"
        " SELECT relation FROM up GROUP BY relation ORDER BY pg_catalog.max(depth), relation",
        oids.data, oids.data, list_length(tables)));
    List* ordered = NIL;
    for (const auto* row : pg::Each<char*>(rows))
        ordered = lappend_oid(ordered, static_cast<Oid>(strtoul(row[0], nullptr, 10)));
    return ordered;
}

void Check(Oid relation) {
    CheckOwner(relation);
    LockRelationOid(relation, AccessExclusiveLock);
    CheckOwner(relation);
    if (!metadata::FindTable(relation))
        ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                errmsg("table \"%s\" is not distributed", get_rel_name(relation)));
    const Relation table = relation_open(relation, NoLock);
    CheckTableNotInUse(table, "undistribute_table");
    relation_close(table, NoLock);
}

void CheckUntied(Oid relation) {
    List* ends = TyingForeignKeys(relation);
    if (ends == NIL) return;
    const auto* end = static_cast<ForeignKeyEnd*>(linitial(ends));
    ereport(
        ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
        errmsg("cannot undistribute table \"%s\"", get_rel_name(relation)),
        errdetail("Foreign key \"%s\" ties it to table \"%s\".", end->constraint,
                  get_rel_name(end->other)),
        errhint(
            "Use undistribute_table('%s', cascade_via_foreign_keys => true) to undistribute both.",
            get_rel_name(relation)));
}

// Plans of statements that name the table, or one above it, took it for distributed.
void ForgetPlans(Oid relation) {
    CacheInvalidateRelcacheByRelid(relation);
    for (const Oid ancestor : pg::EachOid(metadata::Ancestors(relation)))
        CacheInvalidateRelcacheByRelid(ancestor);
}

void Undistribute(Oid relation) {
    const metadata::Table* table = metadata::FindTable(relation);
    const char* name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
                                                  get_rel_name(relation));
    if (table->IsHash()) {
        List* suspended = ddl::SuspendTriggers(relation, 0, 0);
        MoveRowsToShell(*table);
        ddl::ResumeTriggers(relation, suspended);
    }
    ddl::RestoreForeignKeys(relation);
    ddl::ForgetTable(relation);
    ddl::SendPoliciesThatRead(relation);
    ForgetPlans(relation);
    RunOnOthers(psprintf("SELECT pgspan.forget_table(%s::pg_catalog.regclass, true)",
                         quote_literal_cstr(name)));
}

}  // namespace

static void UndistributeAll(Oid relation, bool cascade) {
    RequireCoordinator("undistribute_table");
    RequireFreshSnapshots("undistribute_table");
    LockNodes(false);
    Check(relation);
    if (!cascade) CheckUntied(relation);
    List* tables = cascade ? TiedTables(relation) : list_make1_oid(relation);
    ListCell* cell = nullptr;
    foreach (cell, tables) Check(lfirst_oid(cell));
    foreach (cell, tables) Undistribute(lfirst_oid(cell));
}

}  // namespace pgspan::cluster

using namespace pgspan;

PGSPAN_FUNCTION(pgspan_undistribute_table) {
    cluster::UndistributeAll(PG_GETARG_OID(0), PG_GETARG_BOOL(1));
    PG_RETURN_VOID();
}

// pgspan.forget_table(relation, drop_shell): this node's part of a table ceases to be; called by
// the coordinator.
PGSPAN_FUNCTION(pgspan_forget_table) {
    const Oid relation = PG_GETARG_OID(0);
    if (!metadata::IsInternalSession())
        ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                errmsg("pgspan.forget_table() is called by other nodes only"));
    pgspan::cluster::CheckOwner(relation);
    LockRelationOid(relation, AccessExclusiveLock);
    pgspan::cluster::CheckOwner(relation);
    ddl::ForgetTable(relation);
    if (PG_GETARG_BOOL(1)) {
        const ObjectAddress address = {RelationRelationId, relation, 0};
        ddl::WithoutMirroring([&] {
            performDeletion(&address, DROP_CASCADE,
                            PERFORM_DELETION_INTERNAL | PERFORM_DELETION_QUIETLY);
        });
    }
    PG_RETURN_VOID();
}

// pgspan.missing_object(kind, name): stands for an object that no statement can make here.
PGSPAN_FUNCTION(pgspan_missing_object) {
    const char* kind = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* name = text_to_cstring(PG_GETARG_TEXT_PP(1));
    ereport(ERROR, errcode(ERRCODE_UNDEFINED_OBJECT),
            errmsg("%s %s does not exist on this node", kind, name),
            errhint("Create it on every node first."));
    PG_RETURN_VOID();
}
