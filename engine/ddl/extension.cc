// Extensions are the same on every node, because queries that use their functions and operators run
// there: what the coordinator creates, updates and moves to another schema is so everywhere.
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"

extern "C" {
#include "commands/extension.h"
}

namespace pgspan::ddl {

void RunForExtension(const Statement& statement, const char* name) {
    RunStandard(statement);
    if (!IsCarried()) return;
    CommandCounterIncrement();
    List* definitions = ExtensionDefinition(get_extension_oid(name, false));
    if (definitions != NIL) Broadcast(RemoteDefinitions(definitions));
}

void HandleCreateExtension(const Statement& statement) {
    RunForExtension(statement, statement.Tree<CreateExtensionStmt>()->extname);
}

void HandleAlterExtension(const Statement& statement) {
    RunForExtension(statement, statement.Tree<AlterExtensionStmt>()->extname);
}

}  // namespace pgspan::ddl
