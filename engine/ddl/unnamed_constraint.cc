#include "engine/ddl/unnamed_constraint.h"

#include "engine/ddl/container_constraint.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/table_definition.h"
#include "engine/pg/list.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "utils/ruleutils.h"
}

namespace pgspan::ddl {

namespace {

bool IsOfNamedKind(const Constraint& constraint) {
    return constraint.contype == CONSTR_CHECK || constraint.contype == CONSTR_PRIMARY ||
           constraint.contype == CONSTR_UNIQUE || constraint.contype == CONSTR_FOREIGN;
}

bool IsUnnamed(const Constraint& constraint) {
    return IsOfNamedKind(constraint) && !constraint.conname && !constraint.indexname;
}

bool IsAttribute(const Constraint& constraint) {
    return constraint.contype == CONSTR_ATTR_DEFERRABLE ||
           constraint.contype == CONSTR_ATTR_NOT_DEFERRABLE ||
           constraint.contype == CONSTR_ATTR_DEFERRED ||
           constraint.contype == CONSTR_ATTR_IMMEDIATE;
}

// DEFERRABLE and the like follow the constraint that they belong to.
void StripColumn(ColumnDef* column) {
    List* kept = NIL;
    bool stripping = false;
    for (auto* constraint : pg::Each<Constraint>(column->constraints)) {
        stripping = IsUnnamed(*constraint) || (stripping && IsAttribute(*constraint));
        if (!stripping) kept = lappend(kept, constraint);
    }
    column->constraints = kept;
}

bool HasName(const List* names, const char* name) {
    for (const auto* other : pg::Each<char>(names))
        if (strcmp(other, name) == 0) return true;
    return false;
}

List* NamesGiven(const AlterTableStmt& stmt) {
    List* names = NIL;
    const auto add = [&](const Constraint* constraint) {
        if (constraint->conname)
            names = lappend(names, constraint->conname);
        else if (constraint->indexname)
            names = lappend(names, constraint->indexname);
    };
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        if (command->subtype == AT_AddConstraint) add(castNode(Constraint, command->def));
        if (command->subtype != AT_AddColumn) continue;
        for (const auto* constraint :
             pg::Each<Constraint>(castNode(ColumnDef, command->def)->constraints))
            add(constraint);
    }
    return names;
}

// A change of type makes constraints anew under their old names, which receivers do as well.
bool IsRebuilt(const AlterTableStmt& stmt, const ConstraintsBefore& before, const char* name) {
    bool changes_type = false;
    for (const auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        changes_type = changes_type || command->subtype == AT_AlterColumnType;
        if (command->subtype == AT_DropConstraint && strcmp(command->name, name) == 0) return false;
    }
    return changes_type && HasName(before.names, name);
}

}  // namespace

void StripUnnamedConstraints(AlterTableStmt* stmt) {
    List* kept = NIL;
    for (auto* command : pg::Each<AlterTableCmd>(stmt->cmds)) {
        if (command->subtype == AT_AddColumn) StripColumn(castNode(ColumnDef, command->def));
        if (command->subtype == AT_AddConstraint && IsUnnamed(*castNode(Constraint, command->def)))
            continue;
        kept = lappend(kept, command);
    }
    stmt->cmds = kept;
}

ConstraintsBefore NoteConstraints(Oid relation) {
    ConstraintsBefore before = {ConstraintsOf(relation, '\0'), NIL};
    for (const Oid constraint : before.constraints)
        before.names = lappend(before.names, get_constraint_name(constraint));
    return before;
}

// Foreign keys last: they may need one of the keys.
List* UnnamedConstraintDefinitions(Oid relation, const AlterTableStmt& stmt,
                                   const ConstraintsBefore& before) {
    const List* given = NamesGiven(stmt);
    List* definitions = NIL;
    List* foreign_keys = NIL;
    const int settings = EnterCanonicalSettings();
    for (const Oid constraint : ConstraintsOf(relation, '\0')) {
        if (std::find(before.constraints.begin(), before.constraints.end(), constraint) !=
            before.constraints.end())
            continue;
        const char* name = get_constraint_name(constraint);
        if (HasName(given, name) || IsRebuilt(stmt, before, name)) continue;
        if (IsKeptHere(relation, name)) continue;
        List*& list =
            ConstraintType(relation, name) == CONSTRAINT_FOREIGN ? foreign_keys : definitions;
        list = lappend(list, pg_get_constraintdef_command(constraint));
    }
    LeaveCanonicalSettings(settings);
    return list_concat(definitions, foreign_keys);
}

}  // namespace pgspan::ddl
