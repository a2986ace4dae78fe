#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/tables_in.h"

namespace pgspan::ddl {

// ALTER … SET SCHEMA. Container and shards stay in the schema that holds them all.
void HandleSetSchema(const Statement& statement) {
    const auto* stmt = statement.Tree<AlterObjectSchemaStmt>();
    if (stmt->objectType == OBJECT_TYPE || stmt->objectType == OBJECT_DOMAIN) {
        const bool is_everywhere = TypeIsDistributed(castNode(List, stmt->object));
        if (is_everywhere) RequireOrigin("ALTER TYPE");
        RunStandard(statement);
        if (is_everywhere) Broadcast(statement.Text());
        return;
    }
    const metadata::Table* table =
        stmt->relation ? FindForDdl(stmt->relation, "ALTER TABLE") : nullptr;
    RunStandard(statement);
    if (!table || !IsOrigin()) return;
    BroadcastRequirements(table->relation);
    Broadcast(statement.Text());
}

}  // namespace pgspan::ddl
