#include "engine/ddl/container_constraint.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"

extern "C" {
#include "catalog/pg_constraint.h"
}

namespace pgspan::ddl {

namespace {

const metadata::Table* TableOf(const CommentStmt& stmt) {
    constexpr const char* kCommand = "COMMENT";
    switch (stmt.objtype) {
    case OBJECT_TABLE:
        return FindForDdl(makeRangeVarFromNameList(castNode(List, stmt.object)), kCommand);
    case OBJECT_INDEX:
        return FindForIndex(
            RangeVarGetRelid(makeRangeVarFromNameList(castNode(List, stmt.object)), NoLock, true),
            kCommand);
    case OBJECT_COLUMN:
    case OBJECT_TABCONSTRAINT: {
        List* name = castNode(List, stmt.object);
        List* relation = list_copy_head(name, list_length(name) - 1);
        const metadata::Table* table =
            relation == NIL ? nullptr : FindForDdl(makeRangeVarFromNameList(relation), kCommand);
        // Those of triggers stand on the coordinator alone.
        const bool of_trigger =
            table && stmt.objtype == OBJECT_TABCONSTRAINT &&
            ConstraintType(table->relation, strVal(llast(name))) == CONSTRAINT_TRIGGER;
        return of_trigger ? nullptr : table;
    }
    default:
        return nullptr;
    }
}

}  // namespace

// Comments stand on the shells alone.
void HandleComment(const Statement& statement) {
    const auto& stmt = *statement.Tree<CommentStmt>();
    const metadata::Table* table = TableOf(stmt);
    RunStandard(statement);
    const bool is_kept_here =
        table && stmt.objtype == OBJECT_TABCONSTRAINT &&
        IsKeptHere(table->relation, strVal(llast(castNode(List, stmt.object))));
    if (table && !is_kept_here) Broadcast(statement.Text());
}

}  // namespace pgspan::ddl
