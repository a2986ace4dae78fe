#include "engine/connection/roles.h"
#include "engine/ddl/change_while_local.h"
#include "engine/ddl/companion.h"
#include "engine/ddl/drop_watch.h"
#include "engine/ddl/forget_table.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/index.h"
#include "engine/ddl/lost_parts.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/partition_check.h"
#include "engine/ddl/publication.h"
#include "engine/ddl/policy.h"
#include "engine/ddl/tables_in.h"
#include "engine/metadata/heirs.h"
#include "engine/metadata/nodes.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/relation.h"

extern "C" {
#include "commands/extension.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/objectaddress.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "commands/tablecmds.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
}

namespace pgspan::ddl {

namespace {

const char* BehaviorClause(DropBehavior behavior) {
    return behavior == DROP_CASCADE ? "CASCADE" : "RESTRICT";
}

char* Joined(const List* names) {
    StringInfoData text;
    initStringInfo(&text);
    for (const auto* name : pg::Each<char>(names))
        appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", name);
    return text.data;
}

// The dropped shells take containers, shards and metadata with them, here and on the other nodes.
void FollowDroppedTables(const DropWatch& watch, const char* command, DropBehavior behavior) {
    if (watch.tables == NIL) return;
    RequireOrigin(command);
    for (const Oid relation : pg::EachOid(watch.tables)) ForgetTable(relation);
    Broadcast(psprintf("DROP TABLE %s %s", Joined(watch.names), BehaviorClause(behavior)));
}

// Triggers and policies that went with what they need, from tables that stay, and casts and
// operator classes. Whoever drops that need not own these.
void FollowDroppedParts(const DropWatch& watch, const char* command) {
    FollowDroppedCompanions(watch);
    for (int i = 0; i < list_length(watch.followed_drops); i++) {
        if (list_member_oid(watch.tables, list_nth_oid(watch.followed_owners, i))) continue;
        RequireOrigin(command);
        connection::AsLogin(
            [&] { Broadcast(static_cast<char*>(list_nth(watch.followed_drops, i))); });
    }
}

RangeVar* NameOf(List* object) {
    return makeRangeVarFromNameList(object);
}

// Containers use the types of the shells' columns and expressions, and might keep them from being
// dropped together with these. No statement names them, so they go before; what PostgreSQL then
// refuses takes this back.
void DropContainersOf(const List* tables) {
    for (const Oid relation : pg::EachOid(tables)) {
        // Nobody waits for a lock of somebody who may not drop the table: PostgreSQL says so.
        if (!pg::OwnsRelation(GetUserId(), relation)) continue;
        LockRelationOid(relation, AccessExclusiveLock);
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)) ||
            !pg::OwnsRelation(GetUserId(), relation))
            continue;
        const Relation shell = relation_open(relation, NoLock);
        CheckTableNotInUse(shell, "DROP TABLE");
        relation_close(shell, NoLock);
        ForgetTable(relation);
    }
}

void DropTables(const Statement& statement, const DropStmt& stmt) {
    List* distributed = NIL;
    List* tied = NIL;
    List* defaults = NIL;
    for (auto* object : pg::Each<List>(stmt.objects)) {
        const Oid relation = RangeVarGetRelid(NameOf(object), NoLock, true);
        if (!OidIsValid(relation)) continue;
        const metadata::Table* table = FindForDdl(relation, "DROP TABLE");
        if (table && table->IsHash()) distributed = list_append_unique_oid(distributed, relation);
        tied = list_concat_unique_oid(tied, TablesTiedTo(relation));
        if (!IsOrigin() || !get_rel_relispartition(relation)) continue;
        const Oid partition = metadata::DefaultPartition(get_partition_parent(relation, true));
        if (OidIsValid(partition)) defaults = list_append_unique_oid(defaults, partition);
    }
    const DropWatch watch = Watching([&] {
        DropContainersOf(distributed);
        RunStandard(statement);
    });
    FollowDroppedTables(watch, "DROP TABLE", stmt.behavior);
    FollowDroppedParts(watch, "DROP TABLE");
    RefuseLostParts(watch);
    for (const Oid table : pg::EachOid(tied)) NoteLocalParts(table);
    // It may hold what the dropped partition did.
    for (const Oid partition : pg::EachOid(defaults)) MirrorPartitionChecksOf(partition);
}

// Of an index or a trigger of a partitioned table, the partitions' copies go too.
List* HeirsOf(Oid relation) {
    if (!IsOrigin() || !OidIsValid(relation) ||
        get_rel_relkind(relation) != RELKIND_PARTITIONED_TABLE)
        return NIL;
    return metadata::DistributedHeirs(relation);
}

// An index of the shell that is to be dropped from its container too.
struct ContainerDrop {
    const metadata::Table* table;
    const char* index_name;
};

void DropIndexes(const Statement& statement, const DropStmt& stmt) {
    List* names = NIL;
    List* heirs = NIL;
    auto* drops =
        static_cast<ContainerDrop*>(palloc(sizeof(ContainerDrop) * list_length(stmt.objects)));
    int count = 0;
    for (auto* object : pg::Each<List>(stmt.objects)) {
        const Oid index = RangeVarGetRelid(NameOf(object), NoLock, true);
        const metadata::Table* table = FindForIndex(index, "DROP INDEX");
        if (!table && OidIsValid(index) && get_rel_relkind(index) == RELKIND_PARTITIONED_INDEX)
            heirs = list_concat_unique_oid(heirs, HeirsOf(IndexGetRelation(index, true)));
        if (!table) continue;
        names = lappend(names, QualifiedRelationName(index));
        if (table->IsHash()) drops[count++] = {table, get_rel_name(index)};
    }
    // Without a node that builds anything there is little to wait for, and PostgreSQL itself drops
    // no partitioned index otherwise.
    auto* plain = CopyOf<DropStmt>(&stmt);
    if (stmt.concurrent && names != NIL) {
        PreventInTransactionBlock(statement.IsTopLevel(), "DROP INDEX CONCURRENTLY");
        plain->concurrent = list_length(stmt.objects) > 1 || stmt.behavior == DROP_CASCADE;
    }
    if (heirs != NIL)
        RunOnHeirs(statement, heirs);
    else
        RunStandardWith(statement, reinterpret_cast<Node*>(plain));
    for (int i = 0; i < count; i++) DropContainerIndex(*drops[i].table, drops[i].index_name);
    if (names != NIL)
        Broadcast(
            psprintf("DROP INDEX IF EXISTS %s %s", Joined(names), BehaviorClause(stmt.behavior)));
}

void DropSchemas(const Statement& statement, const DropStmt& stmt) {
    List* schemas = NIL;
    List* dropped = NIL;
    for (const auto* name : pg::Each<String>(stmt.objects)) {
        const Oid schema = get_namespace_oid(name->sval, true);
        if (OidIsValid(schema)) dropped = lappend_oid(dropped, schema);
        if (OidIsValid(schema) && TablesInSchema(schema) != NIL)
            schemas = lappend(schemas, const_cast<char*>(quote_identifier(name->sval)));
    }
    const List* publications = PublicationsOfSchemas(dropped);
    const DropWatch watch = Watching([&] { RunStandard(statement); });
    FollowDroppedTables(watch, "DROP SCHEMA", DROP_CASCADE);
    FollowDroppedParts(watch, "DROP SCHEMA");
    RefuseLostParts(watch);
    if (schemas != NIL) Broadcast(psprintf("DROP SCHEMA IF EXISTS %s CASCADE", Joined(schemas)));
    SendPublications(publications);
}

// DROP TRIGGER or RULE: name of the relation, then of the object.
void DropPart(const Statement& statement, const DropStmt& stmt) {
    bool ours = false;
    List* heirs = NIL;
    for (auto* object : pg::Each<List>(stmt.objects)) {
        List* relation = list_copy_head(object, list_length(object) - 1);
        if (relation == NIL) continue;
        const metadata::Table* table = FindForDdl(NameOf(relation), "this form of DROP");
        if (table && stmt.removeType == OBJECT_RULE && table->IsReference())
            RefuseOn(*table, "DROP RULE", nullptr);
        if (table) ours = true;
        if (stmt.removeType == OBJECT_TRIGGER)
            heirs = list_concat_unique_oid(
                heirs, HeirsOf(RangeVarGetRelid(NameOf(relation), NoLock, true)));
    }
    RunOnHeirs(statement, heirs);
    if (ours && stmt.removeType == OBJECT_TRIGGER) Broadcast(statement.Text());
    if (stmt.removeType != OBJECT_RULE) return;
    for (auto* object : pg::Each<List>(stmt.objects)) {
        List* relation = list_copy_head(object, list_length(object) - 1);
        if (relation != NIL) NoteLocalParts(RangeVarGetRelid(NameOf(relation), NoLock, true));
    }
}

bool DropsThisExtension(const DropStmt& stmt) {
    for (const auto* name : pg::Each<String>(stmt.objects))
        if (strcmp(name->sval, "pgspan") == 0) return true;
    return false;
}

// Types, functions, extensions, views, …: none of them is a distributed table, but CASCADE may
// reach one.
void DropOthers(const Statement& statement, const DropStmt& stmt) {
    const bool follows =
        stmt.behavior == DROP_CASCADE && IsOrigin() && metadata::AllTables() != NIL;
    const DropWatch rehearsed = follows ? RehearseDrop(stmt) : DropWatch{};
    WhileLocal(TablesToBringHome(rehearsed), [&] {
        DropLostParts(rehearsed);
        const DropWatch watch = Watching([&] { RunStandard(statement); });
        FollowDroppedTables(watch, "DROP", DROP_CASCADE);
        FollowDroppedParts(watch, "DROP");
        // What has come to depend on the object since the rehearsal is nobody's to follow.
        RefuseLostParts(watch, rehearsed.parts);
    });
}

// One that something on the node still needs stays there.
char* DropExtensionElsewhere(const char* extension) {
    const char* body = psprintf(
        "BEGIN DROP EXTENSION IF EXISTS %s; EXCEPTION WHEN dependent_objects_still_exist THEN "
        "NULL; END",
        quote_identifier(extension));
    return psprintf("DO %s", quote_literal_cstr(body));
}

void DropExtensions(const Statement& statement, const DropStmt& stmt) {
    if (DropsThisExtension(stmt)) {
        RunStandard(statement);
        return;
    }
    List* names = NIL;
    for (const auto* name : pg::Each<String>(stmt.objects))
        if (OidIsValid(get_extension_oid(name->sval, true))) names = lappend(names, name->sval);
    DropOthers(statement, stmt);
    if (!IsCarried()) return;
    for (const auto* name : pg::Each<char>(names)) Broadcast(DropExtensionElsewhere(name));
}

// The roles need not exist on every node.
char* DropOwnedElsewhere(const DropOwnedStmt& stmt) {
    StringInfoData body;
    initStringInfo(&body);
    appendStringInfoString(&body, "BEGIN ");
    for (const auto* role : pg::Each<RoleSpec>(stmt.roles)) {
        const char* name = get_rolespec_name(role);
        appendStringInfo(&body,
                         "IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %s) THEN DROP "
                         "OWNED BY %s %s; "
                         "END IF; ",
                         quote_literal_cstr(name), quote_identifier(name),
                         BehaviorClause(stmt.behavior));
    }
    appendStringInfoString(&body, "END");
    return psprintf("DO %s", quote_literal_cstr(body.data));
}

}  // namespace

void HandleDrop(const Statement& statement) {
    const auto* stmt = statement.Tree<DropStmt>();
    switch (stmt->removeType) {
    case OBJECT_TABLE:
        DropTables(statement, *stmt);
        return;
    case OBJECT_INDEX:
        DropIndexes(statement, *stmt);
        return;
    case OBJECT_SCHEMA:
        DropSchemas(statement, *stmt);
        return;
    case OBJECT_PUBLICATION:
        DropPublications(statement, *stmt);
        return;
    case OBJECT_TRIGGER:
    case OBJECT_RULE:
        DropPart(statement, *stmt);
        return;
    case OBJECT_POLICY:
        DropPolicy(statement);
        return;
    case OBJECT_EXTENSION:
        DropExtensions(statement, *stmt);
        return;
    default:
        DropOthers(statement, *stmt);
    }
}

void HandleDropOwned(const Statement& statement) {
    const auto* stmt = statement.Tree<DropOwnedStmt>();
    const bool is_everywhere =
        metadata::AllTables() != NIL && metadata::IsCoordinator() && IsOrigin();
    const DropWatch watch = Watching([&] { RunStandard(statement); });
    FollowDroppedTables(watch, "DROP OWNED", DROP_CASCADE);
    FollowDroppedParts(watch, "DROP OWNED");
    RefuseLostParts(watch);
    if (is_everywhere) Broadcast(DropOwnedElsewhere(*stmt));
}

}  // namespace pgspan::ddl
