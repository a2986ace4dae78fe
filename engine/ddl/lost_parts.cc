#include "engine/ddl/lost_parts.h"

#include "engine/connection/roles.h"
#include "engine/ddl/index.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/constraint_names.h"
#include "engine/metadata/tables.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"
#include "engine/pg/relation.h"
#include "engine/pg/subtransaction.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "commands/defrem.h"
#include "commands/tablecmds.h"
}

namespace pgspan::ddl {

namespace {

bool IsKey(const LostPart& part) {
    return part.constraint_type == CONSTRAINT_PRIMARY || part.constraint_type == CONSTRAINT_UNIQUE;
}

bool CanFollow(const metadata::Table& table, const LostPart& part) {
    if (!table.IsHash()) return true;
    if (part.kind == LostPart::kColumn)
        return get_attnum(table.relation, part.name) != table.distribution_column;
    return part.kind == LostPart::kIndex || part.constraint_type == CONSTRAINT_CHECK || IsKey(part);
}

void DropFromContainer(const metadata::Table& table, const LostPart& part) {
    const char* container = metadata::QualifiedContainerName(table);
    switch (part.kind) {
    case LostPart::kColumn:
        RunUtilityText(psprintf("ALTER TABLE %s DROP COLUMN IF EXISTS %s CASCADE", container,
                                quote_identifier(part.name)));
        return;
    case LostPart::kIndex:
        DropContainerIndex(table, part.name);
        return;
    case LostPart::kConstraint:
        RunUtilityText(psprintf(
            "ALTER TABLE %s DROP CONSTRAINT IF EXISTS %s CASCADE", container,
            quote_identifier(IsKey(part) ? metadata::ContainerIndexName(part.name, table.table_id)
                                         : part.name)));
        return;
    }
}

char* DropElsewhere(const metadata::Table& table, const LostPart& part) {
    const char* name = quote_identifier(part.name);
    if (part.kind == LostPart::kIndex)
        return psprintf("DROP INDEX IF EXISTS %s.%s CASCADE",
                        quote_identifier(get_namespace_name(get_rel_namespace(table.relation))),
                        name);
    return psprintf("ALTER TABLE %s DROP %s IF EXISTS %s CASCADE",
                    QualifiedRelationName(table.relation),
                    part.kind == LostPart::kColumn ? "COLUMN" : "CONSTRAINT", name);
}

}  // namespace

DropWatch RehearseDrop(const DropStmt& stmt) {
    return Watching([&] {
        pg::Rehearse([&] {
            EnterQuiet();  // until the subtransaction is undone
            if (stmt.removeType == OBJECT_VIEW || stmt.removeType == OBJECT_MATVIEW ||
                stmt.removeType == OBJECT_SEQUENCE || stmt.removeType == OBJECT_FOREIGN_TABLE)
                RemoveRelations(CopyOf<DropStmt>(&stmt));
            else
                RemoveObjects(CopyOf<DropStmt>(&stmt));
        });
    });
}

List* TablesToBringHome(const DropWatch& rehearsed) {
    List* tables = NIL;
    for (const auto* part : pg::Each<LostPart>(rehearsed.parts)) {
        if (list_member_oid(rehearsed.tables, part->owner) ||
            CanFollow(*metadata::FindTable(part->owner), *part))
            continue;
        RequireOrigin("DROP");
        if (!pg::OwnsRelation(GetUserId(), part->owner)) RefuseLostPart(*part);
        tables = list_append_unique_oid(tables, part->owner);
    }
    return tables;
}

void DropLostParts(const DropWatch& rehearsed) {
    List* lost = NIL;
    for (auto* part : pg::Each<LostPart>(rehearsed.parts)) {
        const metadata::Table* table = metadata::FindTable(part->owner);
        if (!table || list_member_oid(rehearsed.tables, part->owner)) continue;
        RequireOrigin("DROP");
        if (!CanFollow(*table, *part)) RefuseLostPart(*part);
        lost = lappend(lost, part);
    }
    for (const auto* part : pg::Each<LostPart>(lost)) {
        const metadata::Table& table = *metadata::FindTable(part->owner);
        connection::AsLogin([&] { Broadcast(DropElsewhere(table, *part)); });
        if (!table.IsHash()) continue;
        const pg::UserSwitch caller = pg::BecomeExtensionOwner();
        DropFromContainer(table, *part);
        pg::ReturnToUser(caller);
        CommandCounterIncrement();
    }
}

}  // namespace pgspan::ddl
