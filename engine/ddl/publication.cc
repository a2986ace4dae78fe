#include "engine/ddl/publication.h"

#include "engine/connection/roles.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"
#include "engine/replication/output_plugin.h"

extern "C" {
#include "catalog/pg_publication.h"
}

namespace pgspan::ddl {

namespace {

// Raises for parts of distributed tables, and on workers.
bool NamesTables(const List* objects, const char* command) {
    bool found = false;
    for (const auto* object : pg::Each<PublicationObjSpec>(objects))
        if (object->pubtable && FindForDdl(object->pubtable->relation, command)) found = true;
    return found;
}

void Send(const char* name) {
    CommandCounterIncrement();
    const Oid publication = get_publication_oid(name, true);
    if (OidIsValid(publication)) SendPublications(list_make1_oid(publication));
}

}  // namespace

void SendPublications(const List* publications) {
    if (!IsOrigin() || publications == NIL || metadata::AllNodes().size() < 2) return;
    CommandCounterIncrement();
    List* definitions = PublicationDefinitions(publications);
    // What the user may do has been seen to here, where the rights on the database are.
    if (definitions != NIL) connection::AsLogin([&] { Broadcast(RemoteDefinitions(definitions)); });
}

void HandleCreatePublication(const Statement& statement) {
    const auto* stmt = statement.Tree<CreatePublicationStmt>();
    RequireOrigin("CREATE PUBLICATION");
    if (NamesTables(stmt->pubobjects, "CREATE PUBLICATION")) replication::RequireOutputPlugin();
    RunStandard(statement);
    Send(stmt->pubname);
}

void HandleAlterPublication(const Statement& statement) {
    const auto* stmt = statement.Tree<AlterPublicationStmt>();
    RequireOrigin("ALTER PUBLICATION");
    if (NamesTables(stmt->pubobjects, "ALTER PUBLICATION")) replication::RequireOutputPlugin();
    RunStandard(statement);
    Send(stmt->pubname);
}

void AlterPublicationOwner(const Statement& statement, const AlterOwnerStmt& stmt) {
    RequireOrigin("ALTER PUBLICATION");
    RunStandard(statement);
    Send(strVal(stmt.object));
}

void RenamePublication(const Statement& statement, const RenameStmt& stmt) {
    RequireOrigin("ALTER PUBLICATION");
    RunStandard(statement);
    Broadcast(psprintf("DROP PUBLICATION IF EXISTS %s",
                       quote_identifier(strVal(castNode(String, stmt.object)))));
    Send(stmt.newname);
}

void DropPublications(const Statement& statement, const DropStmt& stmt) {
    RequireOrigin("DROP PUBLICATION");
    RunStandard(statement);
    for (const auto* name : pg::Each<String>(stmt.objects))
        Broadcast(psprintf("DROP PUBLICATION IF EXISTS %s", quote_identifier(name->sval)));
}

}  // namespace pgspan::ddl
