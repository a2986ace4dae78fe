#include "engine/ddl/alter_table_rules.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/pg/list.h"

namespace pgspan::ddl {

// A new table is local; LIKE a distributed one it may be, but not a part or a referent of it.
void HandleCreateTable(const Statement& statement) {
    const auto* stmt = statement.Tree<CreateStmt>();
    for (const auto* parent : pg::Each<RangeVar>(stmt->inhRelations))
        if (const metadata::Table* table =
                metadata::FindTable(RangeVarGetRelid(parent, NoLock, true)))
            RefuseOn(
                *table,
                stmt->partbound ? "CREATE TABLE ... PARTITION OF" : "CREATE TABLE ... INHERITS",
                nullptr);
    for (const auto* element : pg::Each<Node>(stmt->tableElts)) {
        if (IsA(element, Constraint))
            CheckLocalForeignKey(reinterpret_cast<const Constraint*>(element));
        if (!IsA(element, ColumnDef)) continue;
        for (const auto* constraint :
             pg::Each<Constraint>(reinterpret_cast<const ColumnDef*>(element)->constraints))
            CheckLocalForeignKey(constraint);
    }
    RunStandard(statement);
}

}  // namespace pgspan::ddl
