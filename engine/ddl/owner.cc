#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/publication.h"
#include "engine/ddl/required_change.h"
#include "engine/ddl/tables_in.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/acl.h"
}

namespace pgspan::ddl {

// REASSIGN OWNED: PostgreSQL finds shell, container and shards by their owner; the other nodes do
// the same.
void HandleReassignOwned(const Statement& statement) {
    const auto* stmt = statement.Tree<ReassignOwnedStmt>();
    List* tables = NIL;
    for (const auto* role : pg::Each<RoleSpec>(stmt->roles))
        tables = list_concat(tables, TablesOwnedBy(get_rolespec_oid(role, false)));
    if (tables != NIL) RequireOrigin("REASSIGN OWNED");
    RunStandard(statement);
    if (!IsOrigin() || !metadata::IsCoordinator()) return;
    if (tables != NIL) {
        BroadcastRequirements(linitial_oid(tables));
        Broadcast(statement.Text());
    }
    SendPublications(AllPublications());
}

void HandleAlterOwner(const Statement& statement) {
    const auto* stmt = statement.Tree<AlterOwnerStmt>();
    switch (stmt->objectType) {
    case OBJECT_PUBLICATION:
        AlterPublicationOwner(statement, *stmt);
        return;
    case OBJECT_TYPE:
    case OBJECT_DOMAIN:
        RunWhereRequired(statement, TypeRelationId, TypeNamed(castNode(List, stmt->object)),
                         "ALTER TYPE");
        return;
    case OBJECT_AGGREGATE:
    case OBJECT_COLLATION:
    case OBJECT_FUNCTION:
    case OBJECT_OPCLASS:
    case OBJECT_OPERATOR:
    case OBJECT_OPFAMILY:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE:
    case OBJECT_SCHEMA:
    case OBJECT_TSCONFIGURATION:
    case OBJECT_TSDICTIONARY:
        HandleAlterObject(statement);
        return;
    default:
        RunStandard(statement);
    }
}

}  // namespace pgspan::ddl
