#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/publication.h"
#include "engine/ddl/required_change.h"

extern "C" {
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "parser/parse_func.h"
}

namespace pgspan::ddl {

// ALTER … SET SCHEMA. Container and shards stay in the schema that holds them all.
void HandleSetSchema(const Statement& statement) {
    const auto* stmt = statement.Tree<AlterObjectSchemaStmt>();
    switch (stmt->objectType) {
    case OBJECT_TYPE:
    case OBJECT_DOMAIN:
        RunWhereRequired(statement, TypeRelationId, TypeNamed(castNode(List, stmt->object)),
                         "ALTER TYPE");
        return;
    case OBJECT_FUNCTION:
    case OBJECT_PROCEDURE:
    case OBJECT_ROUTINE:
    case OBJECT_AGGREGATE:
        RunWhereRequired(
            statement, ProcedureRelationId,
            LookupFuncWithArgs(stmt->objectType, castNode(ObjectWithArgs, stmt->object), true),
            "ALTER FUNCTION");
        return;
    case OBJECT_COLLATION:
    case OBJECT_OPCLASS:
    case OBJECT_OPERATOR:
    case OBJECT_OPFAMILY:
    case OBJECT_TSCONFIGURATION:
    case OBJECT_TSDICTIONARY:
        HandleAlterObject(statement);
        return;
    case OBJECT_EXTENSION:
        RunForExtension(statement, strVal(stmt->object));
        return;
    default:
        break;
    }
    const metadata::Table* table =
        stmt->relation ? FindForDdl(stmt->relation, "ALTER TABLE") : nullptr;
    RunStandard(statement);
    if (!table || !IsOrigin()) return;
    BroadcastRequirements(table->relation);
    Broadcast(statement.Text());
    SendPublications(PublicationsOf(table->relation));
}

}  // namespace pgspan::ddl
