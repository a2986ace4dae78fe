#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/executor/copy.h"
#include "engine/metadata/heirs.h"

extern "C" {
#include "catalog/pg_class.h"
#include "replication/walsender.h"
}

namespace pgspan::ddl {

namespace {

bool HasDistributedPartitions(const RangeVar* name) {
    const Oid relation = RangeVarGetRelid(name, NoLock, true);
    return OidIsValid(relation) && get_rel_relkind(relation) == RELKIND_PARTITIONED_TABLE &&
           metadata::DistributedHeirs(relation) != NIL;
}

}  // namespace

void HandleCopy(const Statement& statement) {
    auto* stmt = statement.Tree<CopyStmt>();
    const metadata::Table* table =
        stmt->relation ? metadata::FindTable(RangeVarGetRelid(stmt->relation, NoLock, true))
                       : nullptr;
    // A subscriber copies from every node what lies there.
    if (table && table->only_on_coordinator && !am_db_walsender) RequireOrigin("COPY");
    // Another node that copies into this node's replica has split nothing: its rows are for here.
    const bool is_plain = !table || (table->IsReference() && (!stmt->is_from || !IsOrigin()));
    const bool into_tree =
        !table && stmt->is_from && stmt->relation && HasDistributedPartitions(stmt->relation);
    if (is_plain && !into_tree)
        RunStandard(statement);
    else if (stmt->is_from)
        executor::RunCopyFrom(stmt, statement.source, statement.completion);
    else
        RunStandardWith(statement, reinterpret_cast<Node*>(executor::RewriteCopyTo(stmt)));
}

}  // namespace pgspan::ddl
