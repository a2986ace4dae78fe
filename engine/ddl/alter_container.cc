#include "engine/ddl/alter_container.h"

#include "engine/ddl/column_value.h"
#include "engine/ddl/container_constraint.h"
#include "engine/ddl/container_expression.h"
#include "engine/ddl/foreign_key.h"
#include "engine/ddl/index.h"
#include "engine/ddl/local_shards.h"
#include "engine/ddl/mirror.h"
#include "engine/ddl/same_columns.h"
#include "engine/ddl/table_definition.h"
#include "engine/metadata/constraint_names.h"
#include "engine/pg/list.h"
#include "engine/pg/owner.h"

extern "C" {
#include "catalog/pg_constraint.h"
#include "commands/tablecmds.h"
#include "utils/acl.h"
}

namespace pgspan::ddl {

namespace {

bool IsOnShards(const Step& step) {
    return step.constraint_type == CONSTRAINT_FOREIGN ||
           step.constraint_type == CONSTRAINT_EXCLUSION;
}

bool BelongsToColumn(const Constraint& constraint) {
    return constraint.contype == CONSTR_NOTNULL || constraint.contype == CONSTR_NULL ||
           constraint.contype == CONSTR_DEFAULT || constraint.contype == CONSTR_GENERATED;
}

// The column alone: its check constraints and keys follow once PostgreSQL has named them on the
// shell.
void KeepColumn(const metadata::Table& table, ColumnDef* column) {
    List* kept = NIL;
    for (auto* constraint : pg::Each<Constraint>(column->constraints)) {
        if (!BelongsToColumn(*constraint)) continue;
        if (constraint->raw_expr) DropQualifiers(table, constraint->raw_expr);
        kept = lappend(kept, constraint);
    }
    column->constraints = kept;
}

// defaults: as StableDefaults gives them.
AlterTableCmd* ForContainer(const metadata::Table& table, const Step& step, List* defaults) {
    auto* command = CopyOf<AlterTableCmd>(step.command);
    switch (command->subtype) {
    case AT_AddColumn:
        KeepColumn(table, castNode(ColumnDef, command->def));
        ReplaceDefault(castNode(ColumnDef, command->def), defaults);
        break;
    case AT_ColumnDefault:
        // Rows reach the container with every value given; a default there is at most in the way.
        command->def = nullptr;
        break;
    case AT_AlterColumnType: {
        auto* column = castNode(ColumnDef, command->def);
        if (column->raw_default) DropQualifiers(table, column->raw_default);
        break;
    }
    case AT_DropConstraint:
        if (step.constraint_type != CONSTRAINT_CHECK)
            command->name = metadata::ContainerIndexName(command->name, table.table_id);
        command->missing_ok = true;
        break;
    default:
        break;
    }
    return command;
}

bool ConcernsContainer(const Step& step) {
    if (step.target == Target::kContainer || step.target == Target::kContainerAndShards)
        return true;
    return step.target == Target::kNamedConstraint && step.constraint_type != '\0' &&
           !IsOnShards(step);
}

void RunOnContainer(const metadata::Table& table, const Steps& steps, List* defaults,
                    const char* source) {
    List* commands = NIL;
    for (const Step& step : steps)
        if (ConcernsContainer(step))
            commands = lappend(commands, ForContainer(table, step, defaults));
    if (commands != NIL) AlterRelation(table.container, commands, source);
}

// The rows that were there have their values; those to come arrive with theirs.
void DropAddedDefaults(const metadata::Table& table, const Steps& steps) {
    List* commands = NIL;
    for (const Step& step : steps) {
        if (step.command->subtype != AT_AddColumn) continue;
        const auto* column = castNode(ColumnDef, step.command->def);
        for (const auto* constraint : pg::Each<Constraint>(column->constraints)) {
            if (constraint->contype != CONSTR_DEFAULT) continue;
            auto* drop = makeNode(AlterTableCmd);
            drop->subtype = AT_ColumnDefault;
            drop->name = column->colname;
            commands = lappend(commands, drop);
        }
    }
    if (commands != NIL) AlterRelation(table.container, commands, nullptr);
}

void RunOnShards(const metadata::Table& table, const Steps& steps, const char* source) {
    for (const LocalShard& shard : LocalShards(table)) {
        List* commands = NIL;
        for (const Step& step : steps)
            if (step.target == Target::kShards || step.target == Target::kContainerAndShards)
                commands = lappend(commands, CopyOf<AlterTableCmd>(step.command));
        if (commands == NIL) return;
        AlterRelation(shard.relation, commands, source);
    }
}

void SetReplicaIdentity(const metadata::Table& table, AlterTableCmd* command) {
    const bool by_index =
        castNode(ReplicaIdentityStmt, command->def)->identity_type == REPLICA_IDENTITY_INDEX;
    for (const LocalShard& shard : LocalShards(table)) {
        if (by_index)
            RunDefinitions(ShardReplicaIdentity(table, shard.index));
        else
            AlterRelation(shard.relation, list_make1(copyObject(command)), nullptr);
    }
}

// The new owner need not have rights on the schema of containers.
void ChangeOwner(const metadata::Table& table, const AlterTableCmd& command) {
    const Oid owner = get_rolespec_oid(command.newowner, false);
    const pg::UserSwitch caller = pg::BecomeExtensionOwner();
    ATExecChangeOwner(table.container, owner, false, AccessExclusiveLock);
    for (const LocalShard& shard : LocalShards(table))
        ATExecChangeOwner(shard.relation, owner, false, AccessExclusiveLock);
    pg::ReturnToUser(caller);
}

// ADD CONSTRAINT … USING INDEX: partitioned tables cannot, so the container builds the index of the
// key anew.
void DropReplacedIndexes(const metadata::Table& table, const Steps& steps) {
    if (!table.IsHash()) return;
    for (const Step& step : steps) {
        if (step.command->subtype != AT_AddConstraint) continue;
        const auto* constraint = castNode(Constraint, step.command->def);
        if (constraint->indexname) DropContainerIndex(table, constraint->indexname);
    }
}

}  // namespace

Steps PlanSteps(const metadata::Table& table, const AlterTableStmt& stmt) {
    Steps steps = {static_cast<Step*>(palloc0(sizeof(Step) * list_length(stmt.cmds))), 0};
    for (auto* command : pg::Each<AlterTableCmd>(stmt.cmds)) {
        Step& step = steps.items[steps.count++];
        step.command = command;
        step.target = TargetOf(command->subtype);
        if (step.target != Target::kNamedConstraint) continue;
        const char* name =
            command->name ? command->name : castNode(Constraint, command->def)->conname;
        step.constraint_type = ConstraintType(table.relation, name);
        if (step.constraint_type == CONSTRAINT_TRIGGER)
            RefuseOn(table, "ALTER TABLE for the constraint of a trigger", "Use DROP TRIGGER.");
    }
    return steps;
}

void AlterRelation(Oid relation, List* commands, const char* source) {
    auto* stmt = makeNode(AlterTableStmt);
    stmt->relation = RangeVarFor(relation);
    stmt->objtype = OBJECT_TABLE;
    stmt->cmds = commands;
    RunUtility(reinterpret_cast<Node*>(stmt), source);
}

// In the order that spares PostgreSQL work it would have to undo: foreign keys go first and come
// last.
void AlterParts(const metadata::Table& table, const Steps& steps, List* defaults,
                const char* source) {
    if (table.IsHash()) {
        for (const Step& step : steps)
            if (step.target == Target::kNamedConstraint && IsOnShards(step) &&
                step.command->subtype == AT_DropConstraint)
                RunOnShardConstraints(table, *step.command);
        if (steps.Has(AT_AlterColumnType)) DropShardReferences(table.relation);
        RunOnContainer(table, steps, defaults, source);
        DropAddedDefaults(table, steps);
        RunOnShards(table, steps, source);
    }
    DropReplacedIndexes(table, steps);
    if (steps.Has(AT_AddConstraint) || steps.Has(AT_AddColumn)) MirrorMissingConstraints(table);
    if (!table.IsHash()) return;
    for (const Step& step : steps) {
        if (step.target == Target::kNamedConstraint && IsOnShards(step) &&
            step.command->subtype != AT_DropConstraint)
            RunOnShardConstraints(table, *step.command);
        if (step.target == Target::kReplicaIdentity) SetReplicaIdentity(table, step.command);
    }
    for (const Step& step : steps)
        if (step.target == Target::kOwner) ChangeOwner(table, *step.command);
    // A change of type makes foreign keys anew, with triggers that fire.
    if (steps.Has(AT_AlterColumnType)) {
        QuietForeignKeys(table.relation);
        MirrorReferences(table.relation);
    }
    RequireSameColumns(table);
}

}  // namespace pgspan::ddl
