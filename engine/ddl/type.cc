#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/tables_in.h"

namespace pgspan::ddl {

namespace {

void RunWhereUsed(const Statement& statement, List* type_name, const char* command) {
    const bool is_everywhere = TypeIsDistributed(type_name);
    if (is_everywhere) RequireOrigin(command);
    RunStandard(statement);
    if (is_everywhere) Broadcast(statement.Text());
}

}  // namespace

void HandleAlterEnum(const Statement& statement) {
    RunWhereUsed(statement, statement.Tree<AlterEnumStmt>()->typeName, "ALTER TYPE");
}

void HandleAlterDomain(const Statement& statement) {
    RunWhereUsed(statement, statement.Tree<AlterDomainStmt>()->typeName, "ALTER DOMAIN");
}

}  // namespace pgspan::ddl
