#include "engine/ddl/change_while_local.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/required_change.h"

extern "C" {
#include "catalog/pg_type.h"
}

namespace pgspan::ddl {

void HandleAlterEnum(const Statement& statement) {
    const auto* stmt = statement.Tree<AlterEnumStmt>();
    const Oid type = TypeNamed(stmt->typeName);
    // Enums are hashed by their labels, because their OIDs differ between nodes.
    WhileLocal(stmt->oldVal ? TablesKeyedBy(type) : NIL,
               [&] { RunWhereRequired(statement, TypeRelationId, type, "ALTER TYPE"); });
}

void HandleAlterDomain(const Statement& statement) {
    RunWhereRequired(statement, TypeRelationId,
                     TypeNamed(statement.Tree<AlterDomainStmt>()->typeName), "ALTER DOMAIN");
}

// ALTER TYPE … ADD, DROP or ALTER ATTRIBUTE.
void AlterCompositeType(const Statement& statement, Oid relation) {
    const Oid type = OidIsValid(relation) ? get_rel_type_id(relation) : InvalidOid;
    WhileLocal(list_concat_unique_oid(TablesKeyedBy(type), TablesOf(type)),
               [&] { RunWhereRequired(statement, TypeRelationId, type, "ALTER TYPE"); });
}

}  // namespace pgspan::ddl
