#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/tables_in.h"

namespace pgspan::ddl {

namespace {

constexpr const char* kLockModes[] = {
    "",      "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
    "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};

}  // namespace

// Shell and container here, then the other nodes: whoever locks the same table queues at the
// coordinator.
void HandleLock(const Statement& statement) {
    auto* stmt = CopyOf<LockStmt>(statement.planned->utilityStmt);
    stmt->relations = WithDistributedHeirs(stmt->relations);
    List* tables = TablesNamed(stmt->relations, "LOCK TABLE");
    if (tables == NIL) {
        RunStandard(statement);
        return;
    }
    stmt->relations = list_concat(stmt->relations, PartsOf(tables, Parts::kContainers));
    RunStandardWith(statement, reinterpret_cast<Node*>(stmt));
    Broadcast(psprintf("LOCK TABLE %s IN %s MODE%s", QualifiedNames(tables), kLockModes[stmt->mode],
                       stmt->nowait ? " NOWAIT" : ""));
}

}  // namespace pgspan::ddl
