#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/options.h"
#include "engine/ddl/outside.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"

namespace pgspan::ddl {

namespace {

void AppendColumns(StringInfo sql, const List* columns) {
    bool first = true;
    for (const auto* column : pg::Each<String>(columns)) {
        appendStringInfo(sql, "%s%s", first ? " (" : ", ", quote_identifier(column->sval));
        first = false;
    }
    if (!first) appendStringInfoChar(sql, ')');
}

// Points the statement at containers, in place, and returns it for the other nodes: only the tables
// that are there. nullptr if none is distributed.
char* Redirect(VacuumStmt* stmt, const char* command) {
    StringInfoData elsewhere;
    initStringInfo(&elsewhere);
    for (auto* relation : pg::Each<VacuumRelation>(stmt->rels)) {
        if (!relation->relation) continue;
        const metadata::Table* table =
            metadata::FindTable(RangeVarGetRelid(relation->relation, NoLock, true));
        if (!table) continue;
        RequireOrigin(command);
        appendStringInfo(&elsewhere, "%s%s", elsewhere.len > 0 ? ", " : " ",
                         QualifiedRelationName(table->relation));
        AppendColumns(&elsewhere, relation->va_cols);
        if (table->IsHash()) relation->relation = RangeVarFor(table->container);
    }
    if (elsewhere.len == 0) return nullptr;
    return psprintf("%s%s%s", command, OptionList(stmt->options), elsewhere.data);
}

}  // namespace

void HandleVacuum(const Statement& statement) {
    auto* stmt = CopyOf<VacuumStmt>(statement.planned->utilityStmt);
    const char* command = stmt->is_vacuumcmd ? "VACUUM" : "ANALYZE";
    // Without a list of tables it concerns the database, which spans the nodes.
    char* elsewhere = stmt->rels == NIL ? (metadata::IsCoordinator() ? statement.Text() : nullptr)
                                        : Redirect(stmt, command);
    const bool in_block = IsInTransactionBlock(statement.IsTopLevel());
    RunStandardWith(statement, reinterpret_cast<Node*>(stmt));
    if (!elsewhere) return;
    if (in_block)
        Broadcast(elsewhere);
    else
        RunOutside(elsewhere);
}

}  // namespace pgspan::ddl
