// Functions that the columns, constraints and indexes of distributed tables use have the same
// definition on every node.
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
}

namespace pgspan::ddl {

namespace {

// Which of the functions of that name the statement has changed does not matter: the others are
// found to be the same.
void SendChanged(List* name, const char* command) {
    CommandCounterIncrement();
    for (FuncCandidateList candidate =
             FuncnameGetCandidates(name, -1, NIL, false, false, false, true);
         candidate; candidate = candidate->next) {
        if (!IsRequired(ProcedureRelationId, candidate->oid)) continue;
        RequireOrigin(command);
        Broadcast(RemoteDefinitions(FunctionDefinition(candidate->oid)));
    }
}

}  // namespace

void HandleCreateFunction(const Statement& statement) {
    const auto* stmt = statement.Tree<CreateFunctionStmt>();
    RunStandard(statement);
    if (stmt->replace && IsOrigin()) SendChanged(stmt->funcname, "CREATE FUNCTION");
}

void HandleAlterFunction(const Statement& statement) {
    RunStandard(statement);
    if (IsOrigin())
        SendChanged(statement.Tree<AlterFunctionStmt>()->func->objname, "ALTER FUNCTION");
}

}  // namespace pgspan::ddl
