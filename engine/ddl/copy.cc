#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/executor/copy.h"

namespace pgspan::ddl {

void HandleCopy(const Statement& statement) {
    auto* stmt = statement.Tree<CopyStmt>();
    const metadata::Table* table =
        stmt->relation ? metadata::FindTable(RangeVarGetRelid(stmt->relation, NoLock, true))
                       : nullptr;
    if (table && table->only_on_coordinator) RequireOrigin("COPY");
    // Another node that copies into this node's replica has split nothing: its rows are for here.
    const bool is_plain = !table || (table->IsReference() && (!stmt->is_from || !IsOrigin()));
    if (is_plain)
        RunStandard(statement);
    else if (stmt->is_from)
        executor::RunCopyFrom(stmt, statement.source, statement.completion);
    else
        RunStandardWith(statement, reinterpret_cast<Node*>(executor::RewriteCopyTo(stmt)));
}

}  // namespace pgspan::ddl
