#include "engine/ddl/policy.h"

#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/pg/list.h"

namespace pgspan::ddl {

namespace {

List* DropDefinition(const metadata::Table& table, const char* policy) {
    return AddDefinition(NIL, nullptr, DropPolicyStatement(table.relation, policy));
}

// The user's own text would not do: a policy may read tables that other nodes do not have.
void SendPolicy(const metadata::Table& table, const char* policy) {
    if (!IsOrigin()) return;
    BroadcastRequirements(table.relation);
    Broadcast(RemoteDefinitions(PolicyDefinition(table.relation, policy)));
}

}  // namespace

char* DropPolicyStatement(Oid relation, const char* policy) {
    return psprintf("DROP POLICY IF EXISTS %s ON %s", quote_identifier(policy),
                    QualifiedRelationName(relation));
}

void HandleCreatePolicy(const Statement& statement) {
    const auto* stmt = statement.Tree<CreatePolicyStmt>();
    const metadata::Table* table = FindForDdl(stmt->table, "CREATE POLICY");
    RunStandard(statement);
    if (table) SendPolicy(*table, stmt->policy_name);
}

void HandleAlterPolicy(const Statement& statement) {
    const auto* stmt = statement.Tree<AlterPolicyStmt>();
    const metadata::Table* table = FindForDdl(stmt->table, "ALTER POLICY");
    RunStandard(statement);
    if (table) SendPolicy(*table, stmt->policy_name);
}

void RenamePolicy(const Statement& statement, const metadata::Table& table) {
    const auto* stmt = statement.Tree<RenameStmt>();
    RunStandard(statement);
    if (!IsOrigin()) return;
    Broadcast(RemoteDefinitions(DropDefinition(table, stmt->subname)));
    SendPolicy(table, stmt->newname);
}

void DropPolicy(const Statement& statement) {
    const auto* stmt = statement.Tree<DropStmt>();
    List* definitions = NIL;
    for (auto* object : pg::Each<List>(stmt->objects)) {
        List* relation = list_copy_head(object, list_length(object) - 1);
        if (relation == NIL) continue;
        if (const metadata::Table* table =
                FindForDdl(makeRangeVarFromNameList(relation), "DROP POLICY"))
            definitions = list_concat(definitions, DropDefinition(*table, strVal(llast(object))));
    }
    RunStandard(statement);
    if (definitions != NIL) Broadcast(RemoteDefinitions(definitions));
}

void SendPoliciesThatRead(Oid relation) {
    CommandCounterIncrement();
    List* definitions = PoliciesThatRead(relation);
    if (definitions != NIL) Broadcast(RemoteDefinitions(definitions));
}

}  // namespace pgspan::ddl
