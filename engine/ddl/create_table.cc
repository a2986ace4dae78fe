#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/partition_check.h"
#include "engine/metadata/heirs.h"
#include "engine/pg/list.h"

namespace pgspan::ddl {

namespace {

// The distributed tables from which the new one inherits: it is local, and so is known to the
// coordinator alone.
List* DistributedParents(const CreateStmt& stmt) {
    List* parents = NIL;
    for (const auto* parent : pg::Each<RangeVar>(stmt.inhRelations)) {
        const metadata::Table* table = FindForDdl(parent, "CREATE TABLE ... INHERITS");
        if (!table) continue;
        if (table->IsReference()) RefuseOn(*table, "CREATE TABLE ... INHERITS", nullptr);
        parents = lappend_oid(parents, table->relation);
    }
    return parents;
}

bool HasForeignKey(const CreateStmt& stmt) {
    for (const auto* element : pg::Each<Node>(stmt.tableElts)) {
        if (IsA(element, Constraint) &&
            reinterpret_cast<const Constraint*>(element)->contype == CONSTR_FOREIGN)
            return true;
        if (!IsA(element, ColumnDef)) continue;
        for (const auto* constraint :
             pg::Each<Constraint>(reinterpret_cast<const ColumnDef*>(element)->constraints))
            if (constraint->contype == CONSTR_FOREIGN) return true;
    }
    return false;
}

// The default partition beside the new one holds less from now on.
void MirrorDefaultPartition(const CreateStmt& stmt) {
    const Oid parent = RangeVarGetRelid(linitial_node(RangeVar, stmt.inhRelations), NoLock, true);
    MirrorPartitionChecksOf(metadata::DefaultPartition(parent));
}

}  // namespace

// A new table is local; LIKE a distributed one it may be, inherit from it, or reference it,
// but not be a part of it.
void HandleCreateTable(const Statement& statement) {
    const auto* stmt = statement.Tree<CreateStmt>();
    const List* parents = DistributedParents(*stmt);
    RunStandard(statement);
    for (const Oid parent : pg::EachOid(parents)) NoteLocalParts(parent);
    if (stmt->partbound && IsOrigin()) MirrorDefaultPartition(*stmt);
    if (HasForeignKey(*stmt)) NoteReferencedTables(RangeVarGetRelid(stmt->relation, NoLock, true));
}

}  // namespace pgspan::ddl
