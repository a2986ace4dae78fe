#include "engine/ddl/handlers.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/options.h"
#include "engine/ddl/outside.h"
#include "engine/ddl/table_statistics.h"
#include "engine/metadata/nodes.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
}

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

bool HasOption(const VacuumStmt* stmt, const char* name) {
    bool on = false;
    for (auto* option : pg::Each<DefElem>(stmt->options))
        if (strcmp(option->defname, name) == 0) on = defGetBoolean(option);
    return on;
}

// A distributed table that the statement names, and the columns it names of it.
struct Target {
    Oid relation;
    List* columns;
};

// The relations, and the distributed partitions of those that are partitioned.
List* WithPartitions(List* relations) {
    List* all = list_copy(relations);
    for (auto* relation : pg::Each<VacuumRelation>(relations)) {
        if (!relation->relation) continue;
        const Oid parent = RangeVarGetRelid(relation->relation, NoLock, true);
        if (!OidIsValid(parent) || get_rel_relkind(parent) != RELKIND_PARTITIONED_TABLE) continue;
        for (const Oid partition : pg::EachOid(find_all_inheritors(parent, NoLock, nullptr)))
            if (metadata::FindTable(partition))
                all = lappend(
                    all, makeVacuumRelation(RangeVarFor(partition), InvalidOid, relation->va_cols));
    }
    return all;
}

// Points the statement at containers, in place, and returns it for the other nodes: only the tables
// that are there. nullptr if none is distributed. *targets receives the hash-distributed ones.
char* Redirect(VacuumStmt* stmt, const char* command, List** targets) {
    StringInfoData elsewhere;
    initStringInfo(&elsewhere);
    stmt->rels = WithPartitions(stmt->rels);
    for (auto* relation : pg::Each<VacuumRelation>(stmt->rels)) {
        if (!relation->relation) continue;
        const metadata::Table* table =
            metadata::FindTable(RangeVarGetRelid(relation->relation, NoLock, true));
        if (!table) continue;
        RequireOrigin(command);
        appendStringInfo(&elsewhere, "%s%s", elsewhere.len > 0 ? ", " : " ",
                         QualifiedRelationName(table->relation));
        AppendColumns(&elsewhere, relation->va_cols);
        if (!table->IsHash()) continue;
        relation->relation = RangeVarFor(table->container);
        auto* target = static_cast<Target*>(palloc(sizeof(Target)));
        *target = {table->relation, relation->va_cols};
        *targets = lappend(*targets, target);
    }
    if (elsewhere.len == 0) return nullptr;
    return psprintf("%s%s%s", command, OptionList(stmt->options), elsewhere.data);
}

List* AllTargets() {
    List* targets = NIL;
    for (const Oid relation : pg::EachOid(metadata::AllTables())) {
        const metadata::Table* table = metadata::FindTable(relation);
        if (!table || !table->IsHash()) continue;
        auto* target = static_cast<Target*>(palloc(sizeof(Target)));
        *target = {relation, NIL};
        targets = lappend(targets, target);
    }
    return targets;
}

// PostgreSQL has seen to the shards; the shells are read by the planner.
void UpdateShells(const VacuumStmt* stmt, const List* targets) {
    if (!IsOrigin()) return;
    if (stmt->is_vacuumcmd && !HasOption(stmt, "analyze")) {
        List* relations = NIL;
        for (auto* target : pg::Each<Target>(targets))
            relations = lappend_oid(relations, target->relation);
        RefreshSizes(relations);
        return;
    }
    for (auto* target : pg::Each<Target>(targets))
        GatherStatistics(target->relation, target->columns);
}

}  // namespace

void HandleVacuum(const Statement& statement) {
    auto* stmt = CopyOf<VacuumStmt>(statement.planned->utilityStmt);
    const char* command = stmt->is_vacuumcmd ? "VACUUM" : "ANALYZE";
    // Without a list of tables it concerns the database, which spans the nodes.
    const bool whole_database = stmt->rels == NIL;
    List* targets = NIL;
    char* elsewhere = whole_database ? (metadata::IsCoordinator() ? statement.Text() : nullptr)
                                     : Redirect(stmt, command, &targets);
    const bool in_block = IsInTransactionBlock(statement.IsTopLevel());
    RunStandardWith(statement, reinterpret_cast<Node*>(stmt));
    if (!elsewhere) return;
    if (in_block)
        Broadcast(elsewhere);
    else
        RunOutside(elsewhere);
    UpdateShells(stmt, whole_database ? AllTargets() : targets);
}

}  // namespace pgspan::ddl
