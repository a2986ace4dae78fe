#include "engine/connection/roles.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/tables_in.h"
#include "engine/pg/list.h"

namespace pgspan::ddl {

namespace {

constexpr const char* kLockModes[] = {
    "",      "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
    "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};

}  // namespace

// Shell and container here, then the other nodes: whoever locks the same table queues at the
// coordinator. PostgreSQL asks for the right to lock what is named, not what lies below it, when
// the statement runs here; the rest follows without being asked again.
void HandleLock(const Statement& statement) {
    const auto* stmt = statement.Tree<LockStmt>();
    List* tables = TablesNamed(stmt->relations, "LOCK TABLE");
    RunStandard(statement);
    tables = list_concat_unique_oid(tables, HeirsBelow(stmt->relations));
    if (tables == NIL) return;
    auto* containers = CopyOf<LockStmt>(stmt);
    containers->relations = PartsOf(tables, Parts::kContainers);
    RunUtilityAsOwner(reinterpret_cast<Node*>(containers), statement.source);
    const char* elsewhere = psprintf("LOCK TABLE %s IN %s MODE%s", QualifiedNames(tables),
                                     kLockModes[stmt->mode], stmt->nowait ? " NOWAIT" : "");
    connection::AsLogin([&] { Broadcast(elsewhere); });
}

}  // namespace pgspan::ddl
